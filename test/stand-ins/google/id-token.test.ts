import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { OAuth2Client } from "google-auth-library";
import { createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { rejection } from "../../support/rejection";
import { CLIENT_ID, CLIENT_SECRET, codeFor, REDIRECT_URI, startGoogle, tokensFor, VERIFIER } from "./support";

let google: RunningLocalGoogle;
beforeAll(() => {
  google = startGoogle().google;
});
afterAll(() => google.stop());

function library(): OAuth2Client {
  return new OAuth2Client({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUri: REDIRECT_URI,
    endpoints: {
      oauth2AuthBaseUrl: google.urls.auth,
      oauth2TokenUrl: google.urls.token,
      tokenInfoUrl: google.urls.tokenInfo,
      oauth2FederatedSignonPemCertsUrl: google.urls.pemCerts,
    },
  });
}

async function tokens(body: object = {}): Promise<{ access_token: string; id_token: string }> {
  return (await (await tokensFor(google, { account: "ada", ...body })).json()) as never;
}

describe("google-auth-library", () => {
  test("exchanges a code and verifies the id token", async () => {
    const client = library();
    const code = await codeFor(google);
    const { tokens } = await client.getToken({ code, codeVerifier: VERIFIER });
    const ticket = await client.verifyIdToken({ idToken: tokens.id_token ?? "", audience: CLIENT_ID });
    expect(ticket.getPayload()).toMatchObject({
      iss: "https://accounts.google.com",
      aud: CLIENT_ID,
      azp: CLIENT_ID,
      email: "ada@players.example",
      email_verified: true,
      given_name: "Ada",
      nonce: "the nonce",
    });
  });

  test("reads token info", async () => {
    const { access_token } = await tokens();
    const info = await library().getTokenInfo(access_token);
    expect(info).toMatchObject({ aud: CLIENT_ID, email: "ada@players.example" });
    expect(info.expiry_date).toBeGreaterThan(Date.now());
  });

  test("refuses a token for another client", async () => {
    const { id_token: idToken } = await tokens({ client_id: "another" });
    expect((await rejection(library().verifyIdToken({ idToken, audience: CLIENT_ID }))).message).toContain(
      "Wrong recipient",
    );
  });
});

test("the id token holds for an hour and names the access token's hash", async () => {
  const { access_token, id_token } = await tokens({ nonce: "n" });
  const keys = createRemoteJWKSet(new URL(google.urls.certs));
  const { payload } = await jwtVerify(id_token, keys, { algorithms: ["RS256"] });
  const hash = createHash("sha256").update(access_token).digest().subarray(0, 16).toString("base64url");
  expect(payload).toMatchObject({ at_hash: hash, nonce: "n", exp: (payload.iat ?? 0) + 3600 });
});

test("certs may be cached, like Google's", async () => {
  const { headers } = await fetch(google.urls.certs);
  expect(headers.get("cache-control")).toMatch(/^public, max-age=\d+/);
});

test("after a rotation a new key signs, and the previous one verifies until the next", async () => {
  const before = (await tokens()).id_token;
  await google.rotateKeys();
  const after = (await tokens()).id_token;
  expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid ?? "");
  expect(await publishedKids()).toEqual([kidOf(after), kidOf(before)]);
  await google.rotateKeys();
  expect(await publishedKids()).not.toContain(kidOf(before));
});

test("both shapes of certs publish the same keys, and only their public halves", async () => {
  const { keys } = (await (await fetch(google.urls.certs)).json()) as JSONWebKeySet;
  const pems = (await (await fetch(google.urls.pemCerts)).json()) as Record<string, string>;
  expect(Object.keys(pems)).toEqual(keys.map(({ kid }) => kid ?? ""));
  expect(keys.map((key) => Object.keys(key).sort())).toEqual(
    keys.map(() => ["alg", "e", "kid", "kty", "n", "use"]),
  );
});

function kidOf(token: string): string {
  return decodeProtectedHeader(token).kid ?? "";
}

async function publishedKids(): Promise<string[]> {
  const { keys } = (await (await fetch(google.urls.certs)).json()) as JSONWebKeySet;
  return keys.map(({ kid }) => kid ?? "");
}
