import { expect, test } from "bun:test";
import { createGoogleVerifier } from "../../src/identity/google-verifier";
import { ProviderTurns } from "../../src/identity/provider-turns";
import { startDeadline } from "../../src/identity/sign-in-deadline";
import { TestClock } from "../support/clock";
import { startHostileGoogle } from "../support/hostile-google";
import { rejection } from "../support/rejection";
import { CLIENT_ID } from "../support/server";

/** A question that ends when it is told to. */
function question() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let asked = false;
  const ask = () => {
    asked = true;
    return promise;
  };
  return { ask, resolve, reject, asked: () => asked };
}

const causeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => "answered",
    ({ code, cause }) => `${code} ${cause}`,
  );

test("who finds all turns taken is asked for in the order of coming", async () => {
  const turns = new ProviderTurns("google", 1);
  const order: number[] = [];
  const asking = [1, 2, 3].map((number) =>
    turns.ask(startDeadline("google"), async () => order.push(number)),
  );
  await Promise.all(asking);
  expect(order).toEqual([1, 2, 3]);
});

test("a question that fails gives its turn on", async () => {
  const turns = new ProviderTurns("google", 1);
  const failing = question();
  const first = turns.ask(startDeadline("google"), failing.ask);
  const second = turns.ask(startDeadline("google"), async () => "second");
  failing.reject(new Error("down"));
  expect((await rejection(first)).message).toContain("down");
  expect(await second).toBe("second");
});

test("whose deadline comes before the turn is told that Google is busy, and is never asked for", async () => {
  const turns = new ProviderTurns("google", 1);
  const [first, late] = [question(), question()];
  const answer = turns.ask(startDeadline("google"), first.ask);
  expect(await causeOf(turns.ask(startDeadline("google", 20), late.ask))).toBe(
    "google_unavailable google_busy",
  );
  first.resolve("first");
  expect(await answer).toBe("first");
  expect(await turns.ask(startDeadline("google"), async () => "third")).toBe("third");
  expect(late.asked()).toBe(false);
});

test("a question that is late holds its turn until it is done", async () => {
  const turns = new ProviderTurns("google", 1);
  const slow = question();
  expect(await causeOf(turns.ask(startDeadline("google", 20), slow.ask))).toBe(
    "google_unavailable sign_in_deadline",
  );
  const next = question();
  const answer = turns.ask(startDeadline("google"), next.ask);
  await Bun.sleep(20);
  expect(next.asked()).toBe(false);
  slow.reject(new Error("at last"));
  next.resolve("next");
  expect(await answer).toBe("next");
});

test("500 sign-ins at once ask Google 64 questions at a time, and all get in", async () => {
  const google = await startHostileGoogle();
  let [now, most] = [0, 0];
  const slowly = async (answer: object) => {
    most = Math.max(most, ++now);
    await Bun.sleep(100);
    now--;
    return Response.json(answer);
  };
  google.misbehave("tokenInfo", () => slowly({ sub: "hostile-1", aud: CLIENT_ID, scope: "openid" }));
  google.misbehave("userinfo", () => slowly({ sub: "hostile-1" }));
  const verifier = createGoogleVerifier(
    {
      local: false,
      clientIds: [CLIENT_ID],
      clientSecret: "secret",
      endpoints: google.urls,
      redirectUris: [],
    },
    new TestClock(),
    fetch,
  );
  const signIn = async () => (await verifier.accessToken("ya29.x")).loadProfile();
  await Promise.all(Array.from({ length: 500 }, signIn));
  expect(most).toBe(64);
  await google.stop();
}, 20_000);
