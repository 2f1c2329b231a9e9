import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { CLIENT_ID, startGoogle, tokensFor } from "./support";

let google: RunningLocalGoogle;
let clock: { offsetSeconds: number };
beforeAll(() => {
  ({ google, clock } = startGoogle());
});
afterAll(() => google.stop());

async function accessToken(body: object = {}): Promise<string> {
  const tokens = await (await tokensFor(google, { account: "ada", ...body })).json();
  return (tokens as { access_token: string }).access_token;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("token info", () => {
  test("answers in strings, like Google", async () => {
    const response = await fetch(google.urls.tokenInfo, { method: "POST", ...bearer(await accessToken()) });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      azp: CLIENT_ID,
      aud: CLIENT_ID,
      sub: expect.stringMatching(/^1\d{20}$/),
      scope:
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
      exp: expect.stringMatching(/^\d{10}$/),
      expires_in: expect.stringMatching(/^359\d$/),
      email: "ada@players.example",
      email_verified: "true",
      access_type: "online",
    });
  });

  test("takes the token in the query and in the form too", async () => {
    const access_token = await accessToken();
    const query = await fetch(`${google.urls.tokenInfo}?access_token=${access_token}`);
    const form = new URLSearchParams({ access_token });
    const posted = await fetch(google.urls.tokenInfo, { method: "POST", body: form });
    expect([query.status, posted.status]).toEqual([200, 200]);
  });

  test("tells no email that the scope does not open", async () => {
    const response = await fetch(google.urls.tokenInfo, bearer(await accessToken({ scope: "profile" })));
    expect(await response.json()).not.toHaveProperty("email");
  });

  test("refuses an unknown and an expired token alike", async () => {
    const expired = await accessToken();
    clock.offsetSeconds += 3599;
    for (const token of ["unknown", expired]) {
      const response = await fetch(google.urls.tokenInfo, bearer(token));
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: "invalid_token", error_description: "Invalid Value" });
    }
  });

  test("without a token is an invalid request", async () => {
    const response = await fetch(google.urls.tokenInfo);
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty("error", "invalid_request");
  });
});

describe("userinfo", () => {
  test("answers Google's claims", async () => {
    const response = await fetch(google.urls.userinfo, bearer(await accessToken()));
    const claims = (await response.json()) as Record<string, unknown>;
    expect(response.status).toBe(200);
    expect(claims).toEqual({
      sub: expect.any(String),
      name: "Ada Pepper",
      given_name: "Ada",
      family_name: "Pepper",
      picture: `${google.origin}/local/avatars/${claims.sub}.svg`,
      email: "ada@players.example",
      email_verified: true,
    });
  });

  test("keeps to the scopes", async () => {
    const response = await fetch(google.urls.userinfo, bearer(await accessToken({ scope: "openid" })));
    expect(Object.keys((await response.json()) as object)).toEqual(["sub"]);
  });

  test("without a living token is 401 with a challenge", async () => {
    const response = await fetch(google.urls.userinfo, bearer("unknown"));
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });
});

test("the picture is an SVG that any page may show", async () => {
  const claims = await (await fetch(google.urls.userinfo, bearer(await accessToken()))).json();
  const response = await fetch((claims as { picture: string }).picture);
  expect(response.headers.get("content-type")).toBe("image/svg+xml");
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.text()).toStartWith("<svg");
});

test("two players have different pictures", async () => {
  const [one, other] = await Promise.all(
    ["1", "2"].map(async (sub) => (await fetch(`${google.origin}/local/avatars/${sub}.svg`)).text()),
  );
  expect(one).not.toBe(other);
});
