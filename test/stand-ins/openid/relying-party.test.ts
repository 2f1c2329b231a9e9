import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import type { RunningStandIns } from "../../../src/stand-ins/start";
import { rejection } from "../../support/rejection";
import { begin, CLIENT, CLIENT_SECRET, discover, exchange, INSECURE, pick, startOpenid } from "./support";

let standIns: RunningStandIns;
let server: oauth.AuthorizationServer;
beforeAll(async () => {
  standIns = startOpenid().standIns;
  server = await discover(standIns);
});
afterAll(() => standIns.stop());

/** A whole sign-in of Ada, every answer and signature checked by the library. */
async function signIn(authentication?: oauth.ClientAuth) {
  const begun = await begin(server);
  const location = await pick(begun.url, { account: "ada" });
  const response = await exchange(server, location, begun, authentication);
  const options = { expectedNonce: begun.nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(server, CLIENT, response, options);
  await oauth.validateApplicationLevelSignature(server, response, INSECURE);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (!claims) throw new Error("There is no id token.");
  return { tokens, claims };
}

describe("a relying party", () => {
  test("discovers the issuer under its own name", () => {
    expect(server.issuer).toBe(`${standIns.origin}/openid`);
    expect(server.id_token_signing_alg_values_supported).toEqual(["ES256"]);
    expect(server.code_challenge_methods_supported).toEqual(["S256"]);
  });

  test.each([
    ["client_secret_basic", oauth.ClientSecretBasic(CLIENT_SECRET)],
    ["client_secret_post", oauth.ClientSecretPost(CLIENT_SECRET)],
  ])("signs a player in with %s", async (_, authentication) => {
    const { claims } = await signIn(authentication);
    expect(claims).toMatchObject({
      sub: expect.stringMatching(/^[0-9a-f]{32}$/),
      email: "ada@players.example",
      email_verified: true,
      name: "Ada Pepper",
      preferred_username: "ada",
    });
  });

  test("reads userinfo", async () => {
    const { tokens, claims } = await signIn();
    const response = await oauth.userInfoRequest(server, CLIENT, tokens.access_token, INSECURE);
    const info = await oauth.processUserInfoResponse(server, CLIENT, claims.sub, response);
    expect(info).toMatchObject({ email: "ada@players.example", picture: expect.stringContaining(".svg") });
  });

  test("verifies an id token of before a rotation until the next one", async () => {
    const begun = await begin(server);
    const response = await exchange(server, await pick(begun.url, { account: "ada" }), begun);
    await oauth.processAuthorizationCodeResponse(server, CLIENT, response, { expectedNonce: begun.nonce });
    const check = async () =>
      oauth.validateApplicationLevelSignature(await discover(standIns), response, INSECURE);
    await standIns.rotateKeys("openid");
    await check();
    await standIns.rotateKeys("openid");
    expect(await rejection(check())).toBeInstanceOf(Error);
  });

  test("is told that the player cancelled", async () => {
    const begun = await begin(server);
    const location = await pick(begun.url, { action: "cancel" });
    const validate = () => oauth.validateAuthResponse(server, CLIENT, location, begun.state);
    expect(validate).toThrow(expect.objectContaining({ error: "access_denied" }));
  });
});
