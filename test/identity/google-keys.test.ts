import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { exportJWK, generateKeyPair } from "jose";
import { createGoogleVerifier, type GoogleVerifier } from "../../src/identity/google-verifier";
import { TestClock } from "../support/clock";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { CLIENT_ID } from "../support/server";

let google: HostileGoogle;
let clock: TestClock;
let verifier: GoogleVerifier;

const newVerifier = (clientIds: string[]) =>
  createGoogleVerifier(
    { local: false, clientIds, clientSecret: "secret", endpoints: google.urls, redirectUris: [] },
    clock,
    fetch,
  );

beforeAll(async () => {
  google = await startHostileGoogle();
});
beforeEach(() => {
  google.behave();
  clock = new TestClock();
  verifier = newVerifier([CLIENT_ID]);
});
afterAll(() => google.stop());

const codeOf = (login: Promise<unknown>) =>
  login.then(
    () => "signed in",
    (error: { code: string }) => error.code,
  );
const madeUp = async () => codeOf(verifier.idToken(await google.idToken({}, { kid: crypto.randomUUID() })));
const genuine = async () => codeOf(verifier.idToken(await google.idToken()));
const keyPair = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
};

test("S2 without a client id nothing is verified: the audience would go unchecked", () => {
  expect(() => newVerifier([])).toThrow("client id");
  expect(() => newVerifier([""])).toThrow("client id");
});

test("many sign-ins fetch the keys once", async () => {
  expect(await Promise.all(Array.from({ length: 20 }, genuine))).toEqual(Array(20).fill("signed in"));
  expect(await genuine()).toBe("signed in");
  expect(google.asked("certs")).toBe(1);
});

test("S14 unknown key ids cause one fetch in thirty seconds", async () => {
  await Promise.all(Array.from({ length: 50 }, madeUp));
  expect(google.asked("certs")).toBe(1);
  clock.advance(20);
  expect(await madeUp()).toBe("google_token_invalid");
  expect(google.asked("certs")).toBe(1);
  clock.advance(10);
  await Promise.all(Array.from({ length: 50 }, madeUp));
  expect(google.asked("certs")).toBe(2);
});

test("S14 unknown key ids do not keep known ones from signing in", async () => {
  await Promise.all(Array.from({ length: 20 }, madeUp));
  expect(await genuine()).toBe("signed in");
});

test("S14 when Google's keys cannot be had, that is tried once a second", async () => {
  google.misbehave("certs", () => new Response(null, { status: 500 }));
  expect(await genuine()).toBe("google_unavailable");
  expect(await genuine()).toBe("google_unavailable");
  expect(google.asked("certs")).toBe(1);
  google.behave();
  clock.advance(1);
  expect(await genuine()).toBe("signed in");
});

test("a single failure keeps nobody out for longer than a second, and made-up key ids then wait again", async () => {
  google.misbehave("certs", () => new Response(null, { status: 500 }));
  await Promise.all(Array.from({ length: 20 }, genuine));
  expect(google.asked("certs")).toBe(1);
  google.behave();
  clock.advance(1);
  expect(await genuine()).toBe("signed in");
  await Promise.all(Array.from({ length: 20 }, madeUp));
  clock.advance(29);
  await madeUp();
  expect(google.asked("certs")).toBe(1);
});

test("a clock that is set back by an hour keeps nobody out", async () => {
  clock.advance(3_600);
  expect(await genuine()).toBe("signed in");
  const added = await keyPair("added");
  google.publish([added.jwk]);
  clock.advance(-3_600);
  const token = await google.idToken({}, { kid: "added" }, added.privateKey);
  expect(await codeOf(verifier.idToken(token))).toBe("signed in");
});

test("a key that Google adds is found after thirty seconds at the latest", async () => {
  expect(await genuine()).toBe("signed in");
  const added = await keyPair("added");
  google.publish([added.jwk]);
  clock.advance(30);
  const token = await google.idToken({}, { kid: "added" }, added.privateKey);
  expect(await codeOf(verifier.idToken(token))).toBe("signed in");
});

test("a key that Google withdraws is forgotten within ten minutes", async () => {
  const another = await keyPair("another");
  expect(await genuine()).toBe("signed in");
  google.publish([another.jwk]);
  clock.advance(570);
  expect(await genuine()).toBe("signed in");
  clock.advance(30);
  expect(await genuine()).toBe("google_token_invalid");
});

test("keys that are ten minutes old are not used while Google is down", async () => {
  expect(await genuine()).toBe("signed in");
  google.misbehave("certs", () => new Response(null, { status: 503 }));
  clock.advance(600);
  expect(await genuine()).toBe("google_unavailable");
});

test.each(["__proto__", "constructor", "toString", ""])("a key id of %j is unknown", async (kid) => {
  expect(await codeOf(verifier.idToken(await google.idToken({}, { kid })))).toBe("google_token_invalid");
});
