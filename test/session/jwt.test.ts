import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { hmacJwt } from "../../src/session/hmac-jwt";

const secret = Buffer.from("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
const refreshMacKey = Buffer.alloc(32);
const keyOf = (algorithm: "HS256" | "HS384" | "HS512") => ({ algorithm, secret, refreshMacKey, id: "key-1" });
const claims = { sub: "7", iat: 1_000, exp: 4_102_444_800 };
const jwt = hmacJwt(keyOf("HS256"), "at+jwt");
const base64url = (data: string | Uint8Array) => Buffer.from(data as string).toString("base64url");
const HEADER = base64url(JSON.stringify({ alg: "HS256", typ: "at+jwt", kid: "key-1" }));
const signed = (input: string) =>
  `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;

test.each(["HS256", "HS384", "HS512"] as const)(
  "%s: jose takes our tokens and we take jose's",
  async (alg) => {
    const own = hmacJwt(keyOf(alg), "at+jwt");
    const { payload, protectedHeader } = await jwtVerify(await own.sign(claims), secret, {
      algorithms: [alg],
    });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg, typ: "at+jwt", kid: "key-1" });
    const theirs = new SignJWT(claims).setProtectedHeader({ alg, typ: "at+jwt", kid: "key-1" });
    expect(own.verify(await theirs.sign(secret))).toEqual(claims);
  },
);

test.each([
  [
    "no header but ours",
    `${base64url('{"alg":"HS256","typ":"at+jwt","kid":"key-1","crit":["x"]}')}.${base64url("{}")}`,
  ],
  [
    "another order of the header",
    `${base64url('{"typ":"at+jwt","alg":"HS256","kid":"key-1"}')}.${base64url("{}")}`,
  ],
  ["a fourth part", `${HEADER}.${base64url("{}")}.${base64url("{}")}`],
  ["no payload", `${HEADER}.`],
  ["a padded payload", `${HEADER}.${base64url("{}")}=`],
  ["an alphabet of another base64", `${HEADER}.${Buffer.from('{"a":"~~~???"}').toString("base64")}+/`],
  ["a payload that is not JSON", `${HEADER}.${base64url("{")}`],
  ["a byte order mark", `${HEADER}.${base64url("\ufeff{}")}`],
  [
    "a payload that is not UTF-8",
    `${HEADER}.${base64url(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))}`,
  ],
])("S22 %s is refused although our key signed it", (_what, input) => {
  expect(jwt.verify(signed(input))).toBeNull();
});

test.each([
  ["the last character", (token: string) => token.slice(0, -1) + (token.endsWith("A") ? "B" : "A")],
  ["a character more", (token: string) => `${token}A`],
  ["a character less", (token: string) => token.slice(0, -1)],
  ["padding", (token: string) => `${token}=`],
  ["no signature", (token: string) => token.slice(0, token.lastIndexOf(".") + 1)],
  ["a wide character", (token: string) => `${token.slice(0, -1)}é`],
])("S17 a signature with %s is refused", async (_what, change) => {
  const token = await jwt.sign(claims);
  expect(jwt.verify(token)).toEqual(claims);
  expect(jwt.verify(change(token))).toBeNull();
});

test("S22 every other spelling of a signature is refused", async () => {
  const token = await jwt.sign(claims);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const accepted = [...alphabet].filter((last) => jwt.verify(token.slice(0, -1) + last) !== null);
  expect(accepted).toEqual([token.at(-1) as string]);
});
