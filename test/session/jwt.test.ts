import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { systemClock } from "../../src/clock";
import { createJwt } from "../../src/session/jwt";
import type { TokenKey } from "../../src/session/keys";

const secret = Buffer.from("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
const PROFILE = { type: "at+jwt", audience: "audience" };

async function jwtOf(algorithm: "HS256" | "HS384" | "HS512") {
  const hash = `SHA-${algorithm.slice(2)}`;
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["sign", "verify"]);
  const all: TokenKey = {
    id: "key-1",
    algorithm,
    signingKey: key,
    verifyingKey: key,
    derive: (_purpose, bytes) => Buffer.alloc(bytes),
    publicJwk: null,
  };
  return createJwt(all, PROFILE, systemClock);
}

const own = { iss: "issuer", sub: "7", exp: 4_102_444_800 };
const claims = { ...own, iat: expect.any(Number), aud: "audience" };
const jwt = await jwtOf("HS256");
const base64url = (data: string | Uint8Array) => Buffer.from(data as string).toString("base64url");
const TEXT = JSON.stringify({ ...own, iat: 1_000, aud: "audience" });
const GOOD = base64url(TEXT);
const HEADER = base64url(JSON.stringify({ alg: "HS256", typ: "at+jwt", kid: "key-1" }));
const signed = (input: string) =>
  `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;

test.each(["HS256", "HS384", "HS512"] as const)(
  "%s: jose takes our tokens and we take jose's",
  async (alg) => {
    const jwt = await jwtOf(alg);
    const { payload, protectedHeader } = await jwtVerify(await jwt.sign(own), secret, {
      algorithms: [alg],
    });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg, typ: "at+jwt", kid: "key-1" });
    const theirs = new SignJWT({ ...own, aud: "audience" })
      .setIssuedAt()
      .setProtectedHeader({ alg, typ: "at+jwt", kid: "key-1" });
    expect(await jwt.verify(await theirs.sign(secret))).toEqual(claims);
  },
);

test.each([
  ["no header but ours", `${base64url('{"alg":"HS256","typ":"at+jwt","kid":"key-1","crit":["x"]}')}.${GOOD}`],
  ["another order of the header", `${base64url('{"typ":"at+jwt","alg":"HS256","kid":"key-1"}')}.${GOOD}`],
  ["a fourth part", `${HEADER}.${GOOD}.${GOOD}`],
  ["no payload", `${HEADER}.`],
  ["a padded payload", `${HEADER}.${GOOD}=`],
  ["an alphabet of another base64", `${HEADER}.${Buffer.from('{"a":"~~~???"}').toString("base64")}+/`],
  ["a payload that is not JSON", `${HEADER}.${base64url("{")}`],
  ["a byte order mark", `${HEADER}.${base64url(`\ufeff${TEXT}`)}`],
  [
    "a payload that is not UTF-8",
    `${HEADER}.${base64url(Buffer.from(TEXT.replace('issuer",', 'issuer","x":"\u00ff",'), "latin1"))}`,
  ],
])("S22 %s is refused although our key signed it", async (_what, input) => {
  expect(await jwt.verify(signed(input))).toBeNull();
});

test.each([
  ["the last character", (token: string) => token.slice(0, -1) + (token.endsWith("A") ? "B" : "A")],
  ["a character more", (token: string) => `${token}A`],
  ["a character less", (token: string) => token.slice(0, -1)],
  ["padding", (token: string) => `${token}=`],
  ["no signature", (token: string) => token.slice(0, token.lastIndexOf(".") + 1)],
  ["a wide character", (token: string) => `${token.slice(0, -1)}é`],
])("S17 a signature with %s is refused", async (_what, change) => {
  const token = await jwt.sign(own);
  expect(await jwt.verify(token)).toEqual(claims);
  expect(await jwt.verify(change(token))).toBeNull();
});

test("S22 every other spelling of a signature is refused", async () => {
  const token = await jwt.sign(own);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const verdicts = await Promise.all([...alphabet].map((last) => jwt.verify(token.slice(0, -1) + last)));
  const accepted = [...alphabet].filter((_, index) => verdicts[index] !== null);
  expect(accepted).toEqual([token.at(-1) as string]);
});

test("the header that is compared is the one that the plugin writes", async () => {
  const [header = ""] = (await jwt.sign(own)).split(".");
  expect(Buffer.from(header, "base64url").toString()).toBe('{"alg":"HS256","kid":"key-1","typ":"at+jwt"}');
});

test("a token of the release before, with its header's own order, is taken", async () => {
  expect(await jwt.verify(signed(`${HEADER}.${GOOD}`))).not.toBeNull();
});
