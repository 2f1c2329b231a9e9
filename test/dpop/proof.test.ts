import { beforeAll, describe, expect, test } from "bun:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { readProof } from "../../src/dpop/proof";
import { type Device, hashOf, newDevice } from "../support/dpop";

const URL_OF_REFRESH = "https://accounts.example/api/refresh";
const TARGET = { method: "POST", urls: [URL_OF_REFRESH], accessToken: null };

let device: Device;
beforeAll(async () => {
  device = await newDevice();
});
const proof = (changes: Record<string, unknown> = {}, header: object = {}) =>
  device.proof("POST", URL_OF_REFRESH, changes, header);
const causeOf = (proof: Promise<string> | string, target = TARGET as Parameters<typeof readProof>[1]) =>
  Promise.resolve(proof)
    .then((text) => readProof(text, target))
    .then(
      () => "taken",
      ({ code, cause }) => `${code} ${cause}`,
    );

test("a proof of RFC 9449 §4.2 is taken, and its key named by its thumbprint", async () => {
  const read = await readProof(await proof({ jti: "a", nonce: "n" }), TARGET);
  expect(read).toEqual({ jkt: expect.any(String), id: "a", issuedAt: expect.any(Number), nonce: "n" });
});

test.each([["https://accounts.example/api/refresh?a=b#c"], ["HTTPS://ACCOUNTS.EXAMPLE:443/api/refresh"]])(
  "the address %s is ours: query and fragment, case and the scheme's port do not count",
  async (htu) => {
    expect(await causeOf(proof({ htu }))).toBe("taken");
  },
);

describe("RFC 9449 §4.3", () => {
  test.each([
    ["of another method", { htm: "GET" }, "htm"],
    ["of a method in small letters", { htm: "post" }, "htm"],
    ["of another host", { htu: "https://evil.example/api/refresh" }, "htu"],
    ["of another path", { htu: "https://accounts.example/api/login" }, "htu"],
    ["of another scheme", { htu: "http://accounts.example/api/refresh" }, "htu"],
    ["of no address", { htu: "refresh" }, "htu"],
    ["of an address that is a list", { htu: [URL_OF_REFRESH] }, "htu"],
    ["without an id", { jti: undefined }, "jti"],
    ["of an empty id", { jti: "" }, "jti"],
    ["of an id that is too long", { jti: "x".repeat(257) }, "jti"],
    ["of an id that is a number", { jti: 7 }, "jti"],
    ["without a time", { iat: undefined }, "iat"],
    ["of a time that is text", { iat: "1700000000" }, "iat"],
    ["of a nonce that is a number", { nonce: 7 }, "nonce"],
  ])("a proof %s is refused", async (_what, changes, cause) => {
    expect(await causeOf(proof(changes))).toBe(`invalid_dpop_proof dpop_${cause}`);
  });

  test.each([
    ["of another type", { typ: "JWT" }],
    ["without a type", { typ: undefined }],
    ["without a key", { jwk: undefined }],
    ["whose key is no key", { jwk: {} }],
  ])("a proof %s is refused", async (_what, header) => {
    expect(await causeOf(proof({}, header))).toBe("invalid_dpop_proof dpop_signature");
  });

  test("a proof that shows a private key is refused", async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(privateKey);
    const shown = new SignJWT({ jti: "a", htm: "POST", htu: URL_OF_REFRESH, iat: 1 })
      .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
      .sign(privateKey);
    expect(await causeOf(shown)).toBe("invalid_dpop_proof dpop_signature");
  });

  test.each(["RS256", "PS256", "ES384", "EdDSA", "HS256"])("%s is no algorithm of ours", async (alg) => {
    const key =
      alg === "HS256" ? new Uint8Array(32) : (await generateKeyPair(alg, { extractable: true })).privateKey;
    const jwk = alg === "HS256" ? { kty: "oct", k: "AA" } : publicPart(await exportJWK(key));
    const signed = new SignJWT({ jti: "a", htm: "POST", htu: URL_OF_REFRESH, iat: 1 })
      .setProtectedHeader({ typ: "dpop+jwt", alg, jwk })
      .sign(key);
    expect(await causeOf(signed)).toBe("invalid_dpop_proof dpop_signature");
  });

  test("S7 none, a foreign signature, a changed payload and what is no token are refused", async () => {
    const [header = "", payload = "", signature = ""] = (await proof()).split(".");
    const other = (await proof({ jti: "other" })).split(".");
    const none = Buffer.from(JSON.stringify({ typ: "dpop+jwt", alg: "none", jwk: device.jwk })).toString(
      "base64url",
    );
    for (const text of [
      `${none}.${payload}.`,
      `${header}.${payload}.${other[2]}`,
      `${header}.${other[1]}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.`,
      "",
      "a.b.c",
      `${header}, ${header}`,
      "x".repeat(5_000),
    ])
      expect(await causeOf(text)).toStartWith("invalid_dpop_proof dpop_");
  });

  test("beside an access token a proof names it", async () => {
    const target = { ...TARGET, accessToken: "token" };
    expect(await causeOf(proof(), target)).toBe("invalid_dpop_proof dpop_ath");
    expect(await causeOf(proof({ ath: hashOf("other") }), target)).toBe("invalid_dpop_proof dpop_ath");
    expect(await causeOf(proof({ ath: hashOf("token") }), target)).toBe("taken");
  });
});

function publicPart({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk }: Record<string, unknown>) {
  return jwk;
}
