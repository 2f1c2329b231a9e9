import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";
import { CODE_LIFETIME_SECONDS, TOKEN_LIFETIME_SECONDS } from "../../../src/stand-ins/openid/token-issuer";
import type { RunningStandIns } from "../../../src/stand-ins/start";
import {
  begin,
  CLIENT_ID,
  CLIENT_SECRET,
  discover,
  exchange,
  pick,
  REDIRECT_URI,
  startOpenid,
} from "./support";

let standIns: RunningStandIns;
let clock: { offsetSeconds: number };
let server: oauth.AuthorizationServer;
beforeAll(async () => {
  ({ standIns, clock } = startOpenid());
  server = await discover(standIns);
});
afterAll(() => standIns.stop());

async function picked(changes: Record<string, string | undefined> = {}) {
  const begun = await begin(server, changes);
  return { ...begun, location: await pick(begun.url, { account: "ada" }) };
}

async function refusal(response: Response): Promise<[number, unknown]> {
  return [response.status, ((await response.json()) as { error?: string }).error];
}

describe("a code", () => {
  test("serves once", async () => {
    const { location, ...begun } = await picked();
    expect((await exchange(server, location, begun)).status).toBe(200);
    expect(await refusal(await exchange(server, location, begun))).toEqual([400, "invalid_grant"]);
  });

  test("dies after its lifetime", async () => {
    const { location, ...begun } = await picked();
    clock.offsetSeconds += CODE_LIFETIME_SECONDS;
    expect(await refusal(await exchange(server, location, begun))).toEqual([400, "invalid_grant"]);
  });

  test("serves only with its verifier", async () => {
    const { location, ...begun } = await picked();
    const verifier = oauth.generateRandomCodeVerifier();
    const response = await exchange(server, location, { ...begun, verifier });
    expect(await refusal(response)).toEqual([400, "invalid_grant"]);
  });

  test("serves only with its redirect_uri", async () => {
    const { location, verifier } = await picked();
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code: location.searchParams.get("code") ?? "",
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uri: `${REDIRECT_URI}/other`,
      code_verifier: verifier,
    });
    const response = await fetch(server.token_endpoint ?? "", { method: "POST", body });
    expect(await refusal(response)).toEqual([400, "invalid_grant"]);
  });
});

test("a wrong secret is invalid_client with a challenge, and spends no code", async () => {
  const { location, ...begun } = await picked();
  const wrong = await exchange(server, location, begun, oauth.ClientSecretBasic("wrong"));
  expect(wrong.headers.get("www-authenticate")).toStartWith("Basic ");
  expect(await refusal(wrong)).toEqual([401, "invalid_client"]);
  expect((await exchange(server, location, begun)).status).toBe(200);
});

describe("tokens of a named account", () => {
  const tokensFor = (body: object) =>
    fetch(`${standIns.origin}/local/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ provider: "openid", ...body }),
    });

  test("are the issuer's own, for the player that a browser would sign in", async () => {
    const { location, ...begun } = await picked();
    const browser = (await (await exchange(server, location, begun)).json()) as { id_token: string };
    const response = await tokensFor({ account: "ada", nonce: "n" });
    const { id_token } = (await response.json()) as { id_token: string };
    expect(decodeJwt(id_token)).toMatchObject({
      iss: server.issuer,
      aud: CLIENT_ID,
      sub: decodeJwt(browser.id_token).sub,
      nonce: "n",
    });
  });

  test("replace a claim, or leave it out", async () => {
    const changes = { sub: "s", email: "new@example.com", email_verified: false, name: null };
    const { account } = (await (await tokensFor({ account: "ada", ...changes })).json()) as never;
    const { name, ...rest } = changes;
    expect(account).toMatchObject(rest);
    for (const left of ["name", "given_name", "family_name"]) expect(account).not.toHaveProperty(left);
  });

  test.each([
    ["an unknown player", { account: "nobody" }],
    ["an unknown field", { account: "ada", surprise: "surprise" }],
    ["a scope without openid", { account: "ada", scope: "email" }],
    ["an unknown provider", { account: "ada", provider: "surprise" }],
  ])("%s is a 400 that echoes nothing", async (_, body) => {
    const response = await tokensFor(body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("surprise");
  });

  test("die after their lifetime", async () => {
    const { access_token } = (await (await tokensFor({ account: "ada" })).json()) as {
      access_token: string;
    };
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await fetch(server.userinfo_endpoint ?? "", { headers })).status).toBe(200);
    clock.offsetSeconds += TOKEN_LIFETIME_SECONDS;
    const dead = await fetch(server.userinfo_endpoint ?? "", { headers });
    expect(dead.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(dead.status).toBe(401);
  });
});
