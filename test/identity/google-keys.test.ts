import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
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
/** For keys alone; tokens stay as old as they are. */
const letKeysAge = (seconds: number) => {
  clock.advance(seconds);
  clock.set(-seconds);
};
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

test.each([-3_000, 3_000])(
  "a clock that is set by %i s leaves the keys as old as they are",
  async (seconds) => {
    expect(await genuine()).toBe("signed in");
    clock.set(seconds);
    const iat = Math.floor(Math.min(Date.now(), clock.now().getTime()) / 1_000);
    const atThatTime = async () => codeOf(verifier.idToken(await google.idToken({ iat, exp: iat + 3_600 })));
    expect(await atThatTime()).toBe("signed in");
    expect(google.asked("certs")).toBe(1);
    letKeysAge(600);
    expect(await atThatTime()).toBe("signed in");
    expect(google.asked("certs")).toBe(2);
  },
);

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

/** Google's keys with other headers. */
const publishedWith = async (headers: Record<string, string>) => {
  google.behave();
  const keys = await (await fetch(google.urls.certs)).json();
  google.behave();
  google.misbehave("certs", () => Response.json(keys, { headers }));
};

describe("keys are kept for as long as Google says", () => {
  test.each([
    ["an hour", { "cache-control": "public, max-age=3600, must-revalidate" }, 3_600],
    ["what a cache on the way has left of it", { "cache-control": "max-age=3600", age: "600" }, 3_000],
    ["a minute at least", { "cache-control": "max-age=0" }, 60],
    ["a minute when told to keep nothing", { "cache-control": "no-store, max-age=3600" }, 60],
    ["a day at most", { "cache-control": "max-age=31536000" }, 86_400],
    ["ten minutes when Google does not say", { "cache-control": "public" }, 600],
    ["ten minutes when it says it unreadably", { "cache-control": "max-age=soon, s-maxage=9999" }, 600],
  ])("%s", async (_what, headers, seconds) => {
    await publishedWith(headers as Record<string, string>);
    expect(await genuine()).toBe("signed in");
    letKeysAge(seconds - 5);
    expect(await genuine()).toBe("signed in");
    expect(google.asked("certs")).toBe(1);
    letKeysAge(5);
    expect(await genuine()).toBe("signed in");
    expect(google.asked("certs")).toBe(2);
  });
});

describe("S13 while Google's keys cannot be had", () => {
  const down = () => google.misbehave("certs", () => new Response(null, { status: 503 }));
  const DAY = 86_400;

  test("known ones are used for a day after their time", async () => {
    expect(await genuine()).toBe("signed in");
    down();
    letKeysAge(600);
    expect(await genuine()).toBe("signed in");
    letKeysAge(DAY - 5);
    expect(await genuine()).toBe("signed in");
    letKeysAge(5);
    expect(await genuine()).toBe("google_unavailable");
  });

  test("they are asked for once a second, and new ones are used at once", async () => {
    expect(await genuine()).toBe("signed in");
    down();
    letKeysAge(600);
    for (let second = 1; second <= 3; second++) {
      await Promise.all(Array.from({ length: 20 }, genuine));
      // Nobody waited for it, so it may still be on its way.
      while (google.asked("certs") < 1 + second) await Bun.sleep(1);
      await Bun.sleep(20);
      expect(google.asked("certs")).toBe(1 + second);
      letKeysAge(1);
    }
    google.behave();
    const added = await keyPair("added");
    google.publish([added.jwk]);
    const token = await google.idToken({}, { kid: "added" }, added.privateKey);
    expect(await codeOf(verifier.idToken(token))).toBe("signed in");
  });

  test("nobody with a known key waits for a Google that does not answer, once it has failed", async () => {
    expect(await genuine()).toBe("signed in");
    down();
    letKeysAge(600);
    await genuine();
    google.misbehave("certs", () => new Promise<Response>(() => {}));
    letKeysAge(1);
    const begin = performance.now();
    expect(await genuine()).toBe("signed in");
    expect(performance.now() - begin).toBeLessThan(3_000);
    while (google.asked("certs") < 3) await Bun.sleep(1);
  });

  test("an unknown key id is neither let in nor refused", async () => {
    expect(await genuine()).toBe("signed in");
    down();
    letKeysAge(600);
    expect(await madeUp()).toBe("google_unavailable");
    expect(await madeUp()).toBe("google_unavailable");
    expect(google.asked("certs")).toBe(2);
  });

  test.each([{}, { keys: [] }, { keys: [{ kty: "EC", kid: "hostile-key" }] }, { error: "backendError" }])(
    "an answer of %j does not take the place of known ones",
    async (answer) => {
      expect(await genuine()).toBe("signed in");
      google.misbehave("certs", () => Response.json(answer));
      letKeysAge(600);
      expect(await genuine()).toBe("signed in");
    },
  );
});

test.each(["__proto__", "constructor", "toString", ""])("a key id of %j is unknown", async (kid) => {
  expect(await codeOf(verifier.idToken(await google.idToken({}, { kid })))).toBe("google_token_invalid");
});
