import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { CODE_LIFETIME_SECONDS } from "../../../src/stand-ins/google/token-issuer";
import { CLIENT_ID, CLIENT_SECRET, codeFor, exchange, startGoogle, VERIFIER } from "./support";

let google: RunningLocalGoogle;
let clock: { offsetSeconds: number };
beforeAll(() => {
  ({ google, clock } = startGoogle());
});
afterAll(() => google.stop());

const basic = (secret: string) => ({
  authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${secret}`).toString("base64")}`,
});

describe("an authorization code", () => {
  test("buys Google's token response", async () => {
    const response = await exchange(google, { code: await codeFor(google) });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^ya29\.local-/),
      expires_in: 3599,
      scope:
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
      token_type: "Bearer",
      id_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
    });
  });

  test("buys no id token without the scope openid", async () => {
    const code = await codeFor(google, { scope: "email" });
    expect(await (await exchange(google, { code })).json()).not.toHaveProperty("id_token");
  });

  test("serves once", async () => {
    const code = await codeFor(google);
    await exchange(google, { code });
    expect(await refusal(exchange(google, { code }))).toEqual([400, "invalid_grant"]);
  });

  test("dies after its lifetime", async () => {
    const code = await codeFor(google);
    clock.offsetSeconds += CODE_LIFETIME_SECONDS;
    expect(await refusal(exchange(google, { code }))).toEqual([400, "invalid_grant"]);
  });

  test("serves only the client that it was made for", async () => {
    const code = await codeFor(google);
    expect(await refusal(exchange(google, { code, client_id: "other" }))).toEqual([400, "invalid_grant"]);
  });

  test("serves only with its redirect_uri", async () => {
    for (const redirect_uri of [undefined, "http://127.0.0.1:5001/auth/google/callback"]) {
      const code = await codeFor(google);
      expect(await refusal(exchange(google, { code, redirect_uri }))).toEqual([400, "redirect_uri_mismatch"]);
    }
  });

  test("serves only with its PKCE verifier", async () => {
    for (const code_verifier of [undefined, VERIFIER.toUpperCase()]) {
      const code = await codeFor(google);
      expect(await refusal(exchange(google, { code, code_verifier }))).toEqual([400, "invalid_grant"]);
    }
  });

  test("made without PKCE takes no verifier", async () => {
    const plain = { code_challenge: undefined, code_challenge_method: undefined };
    const code = await codeFor(google, plain);
    expect(await refusal(exchange(google, { code }))).toEqual([400, "invalid_grant"]);
    const again = await exchange(google, { code: await codeFor(google, plain), code_verifier: undefined });
    expect(again.status).toBe(200);
  });
});

describe("the client", () => {
  test("may authenticate with Basic", async () => {
    const code = await codeFor(google);
    const response = await exchange(google, { code, client_secret: undefined }, basic(CLIENT_SECRET));
    expect(response.status).toBe(200);
  });

  test("is refused with a wrong secret, and can try again", async () => {
    const code = await codeFor(google);
    const wrong = exchange(google, { code, client_secret: "wrong" });
    expect(await refusal(wrong)).toEqual([401, "invalid_client"]);
    expect((await exchange(google, { code })).status).toBe(200);
  });

  test("is challenged when its Basic secret is wrong", async () => {
    const response = await exchange(google, { code: "x", client_secret: undefined }, basic("wrong"));
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toStartWith("Basic ");
  });

  test("is refused without its secret, or with two of them", async () => {
    const none = exchange(google, { code: "x", client_secret: undefined });
    expect(await refusal(none)).toEqual([400, "invalid_request"]);
    expect(await refusal(exchange(google, { code: "x" }, basic(CLIENT_SECRET)))).toEqual([
      400,
      "invalid_request",
    ]);
  });

  test("needs no secret when it is a public one", async () => {
    const code = await codeFor(google, { client_id: "desktop" });
    const response = await exchange(google, { code, client_id: "desktop", client_secret: undefined });
    expect(response.status).toBe(200);
  });
});

test("another grant type is unsupported", async () => {
  const refused = await refusal(exchange(google, { grant_type: "password" }));
  expect(refused).toEqual([400, "unsupported_grant_type"]);
});

test("a body that is no form is refused, without an echo", async () => {
  const response = await fetch(google.urls.token, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"code":"secret-code"}',
  });
  const body = await response.text();
  expect(response.status).toBe(400);
  expect(JSON.parse(body).error).toBe("invalid_request");
  expect(body).not.toContain("secret-code");
});

async function refusal(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  const { error } = (await response.json()) as { error: string };
  return [response.status, error];
}
