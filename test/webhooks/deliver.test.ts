import { afterEach, describe, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import type { SessionAnswer } from "../../src/session/model";
import { RETRY_DELAYS_SECONDS } from "../../src/webhooks/back-off";
import { linkingAt } from "../support/linking";
import { freshName, signIn } from "../support/players";
import { seededRandom } from "../support/random";
import { bearer, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";
import { type Receiver, startReceiver } from "../support/webhook-receiver";
import { webhooksAt } from "../support/webhooks";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Players are signed in while days go by. */
const LONG_TOKENS = { env: { ACCESS_TOKEN_EXPIRY_MINUTES: "100000" } };

onEachDatabase((at) => {
  const started: Receiver[] = [];
  const receiver = (...args: Parameters<typeof startReceiver>) => {
    const one = startReceiver(...args);
    started.push(one);
    return one;
  };
  const kit = () => webhooksAt(at.server);
  afterEach(async () => {
    for (const { stop } of started.splice(0)) stop();
    await (await kit()).reset();
  });

  const rename = async (session: SessionAnswer, new_username = freshName()) => {
    const { status } = await post(at.server, "/api/update_username", { new_username }, bearer(session));
    expect(status).toBe(200);
    return new_username;
  };
  const renames = async (session: SessionAnswer, times: number) => {
    const names: string[] = [];
    for (let time = 0; time < times; time++) names.push(await rename(session));
    return names;
  };
  const namesOf = (messages: { body: { data: { player: { name: string } } } }[]) =>
    messages.map(({ body }) => body.data.player.name);
  const no = (status: number) => () => new Response(null, { status });

  test("a webhook is what the standard's own library verifies, with the secret and nothing else", async () => {
    const { add, deliver } = await kit();
    const session = await signIn(at.server);
    const hook = receiver();
    const { secret } = await add(hook);
    const name = await rename(session);
    await deliver();
    expect(hook.received).toHaveLength(1);
    const [{ headers, text, body }] = hook.received as [Receiver["received"][number]];
    expect(new Webhook(secret).verify(text, headers)).toEqual(body);
    expect(() => new Webhook(secret).verify(text.replace(name, "Mallory"), headers)).toThrow();
    expect(() => new Webhook(`whsec_${btoa("x".repeat(32))}`).verify(text, headers)).toThrow();
    expect(Object.keys(body)).toEqual(["type", "timestamp", "data"]);
    expect(body.type).toBe("player.renamed");
    expect(Math.abs(Date.parse(body.timestamp) - at.server.clock.now().getTime())).toBeLessThan(10_000);
    expect(headers["content-type"]).toBe("application/json");
  });

  test("fifty events of one player arrive in order while the receiver fails at random", async () => {
    const { add, deliver } = await kit();
    const session = await signIn(at.server);
    const random = seededRandom(1, "receiver");
    const hook = receiver(async () => {
      await Bun.sleep(random.integer(0, 5));
      return random.fraction() < 0.4
        ? new Response(null, { status: random.pick([500, 429, 302, 404]) })
        : new Response();
    });
    await add(hook);
    const names = await renames(session, 50);
    for (let round = 0; hook.taken().length < 50 && round < 400; round++) {
      await deliver(3);
      at.server.clock.advance(30 * 60);
    }
    expect(namesOf(hook.taken())).toEqual(names);
    // Whatever was refused came again before anything later, and nothing that was taken did.
    expect(namesOf(hook.received.filter(({ status }) => status === 200))).toEqual(names);
    expect(hook.received.length).toBeGreaterThan(60);
  });

  test("a player whose event is refused holds up nobody else, and no other endpoint", async () => {
    const { add, deliver } = await kit();
    const [refused, other] = [await signIn(at.server), await signIn(at.server)];
    const hook = receiver(
      ({ body }) => new Response(null, { status: body.data.player.id === refused.user.id ? 500 : 204 }),
    );
    const elsewhere = receiver();
    await add(hook);
    await add(elsewhere);
    const mine = await renames(refused, 2);
    const theirs = await renames(other, 2);
    await deliver();
    expect(namesOf(hook.taken())).toEqual(theirs);
    expect(hook.received.filter(({ status }) => status === 500)).toHaveLength(1);
    expect(namesOf(elsewhere.taken()).sort()).toEqual([...mine, ...theirs].sort());
  });

  test("a receiver that is down for a day loses nothing, and gets it in order", async () => {
    const { add, deliver } = await kit();
    const players = [await signIn(at.server), await signIn(at.server), await signIn(at.server)];
    const hook = receiver(no(503));
    await add(hook);
    const names = new Map<number, string[]>(players.map(({ user }) => [user.id, []]));
    for (let hour = 0; hour < 24; hour++) {
      const session = players[hour % 3]!;
      names.get(session.user.id)?.push(await rename(session));
      await deliver();
      at.server.clock.advance(HOUR);
    }
    expect(hook.taken()).toEqual([]);
    hook.answerWith(() => new Response());
    for (let hour = 0; hour < 24; hour++) {
      await deliver();
      at.server.clock.advance(HOUR);
    }
    const taken = hook.taken();
    for (const { user } of players)
      expect(namesOf(taken.filter(({ body }) => body.data.player.id === user.id))).toEqual(
        names.get(user.id)!,
      );
  });

  test("several servers at once send each event once", async () => {
    const { add, deliver } = await kit();
    const players = await Promise.all(Array.from({ length: 10 }, () => signIn(at.server)));
    const hook = receiver(async () => {
      await Bun.sleep(3);
      return new Response();
    });
    await add(hook);
    for (let round = 0; round < 5; round++) await Promise.all(players.map((session) => rename(session)));
    await deliver(4);
    expect(hook.received).toHaveLength(50);
    expect(new Set(hook.received.map(({ id }) => id)).size).toBe(50);
  });

  test("who dies while sending leaves the event to another one, who sends it with the same id", async () => {
    const { add, deliver, webhooks } = await kit();
    const session = await signIn(at.server);
    const hook = receiver();
    const { id } = await add(hook);
    const names = await renames(session, 2);
    const { deliveries } = await webhooks.claim(id, 8);
    expect(deliveries).toHaveLength(1);
    await deliver();
    expect(hook.received).toEqual([]);
    at.server.clock.advance(31);
    await deliver();
    expect(namesOf(hook.received)).toEqual(names);
    expect(hook.received[0]?.id).toBe(deliveries[0]!.eventId);
  });

  describe("An event that is refused", () => {
    test("comes again after ever longer pauses, for three days, with one id and a time of its own", async () => {
      const { add, deliver, failures, rows } = await kit();
      const session = await signIn(at.server);
      const hook = receiver(no(500));
      await add(hook);
      await rename(session);
      await deliver();
      for (const delay of RETRY_DELAYS_SECONDS) {
        const before = hook.received.length;
        at.server.clock.advance(delay - 2);
        await deliver();
        expect(hook.received).toHaveLength(before);
        at.server.clock.advance(delay * 0.1 + 3);
        await deliver();
        expect(hook.received).toHaveLength(before + 1);
      }
      const total = RETRY_DELAYS_SECONDS.reduce((sum, delay) => sum + delay, 0);
      expect(total).toBeGreaterThanOrEqual(3 * DAY);
      expect(new Set(hook.received.map(({ id }) => id)).size).toBe(1);
      expect(new Set(hook.received.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(10);
      expect(failures.map(({ outcome }) => outcome)).toEqual([...Array(9).fill("put_off"), "given_up"]);
      expect(await rows()).toMatchObject([{ status: "failed" }]);
      at.server.clock.advance(7 * DAY);
      await deliver();
      expect(hook.received).toHaveLength(10);
    });

    test("holds the player's later ones until it is given up", async () => {
      const { add, deliver } = await kit();
      const session = await signIn(at.server);
      const hook = receiver();
      await add(hook);
      const [bad, good] = await renames(session, 2);
      hook.answerWith(
        ({ body }) => new Response(null, { status: body.data.player.name === bad ? 500 : 200 }),
      );
      await deliver();
      for (const delay of RETRY_DELAYS_SECONDS) {
        expect(hook.taken()).toEqual([]);
        at.server.clock.advance(delay * 1.1 + 1);
        await deliver();
      }
      expect(namesOf(hook.taken())).toEqual([good!]);
    });

    test.each([
      ["a redirect", () => Response.redirect("http://127.0.0.1:9/", 307), "http_307"],
      ["a hung connection", () => Bun.sleep(5_000).then(() => new Response()), "timeout"],
    ] as const)("may be so by %s", async (_, answer, cause) => {
      const { add, deliver, failures } = await kit();
      const session = await signIn(at.server);
      await add(receiver(answer));
      await rename(session);
      await deliver();
      expect(failures).toMatchObject([{ cause, outcome: "put_off", attempt: 1 }]);
    });

    test("may be so by nobody who listens", async () => {
      const { add, deliver, failures } = await kit();
      const session = await signIn(at.server);
      await add({ url: "http://127.0.0.1:9/" });
      await rename(session);
      await deliver();
      expect(failures).toMatchObject([{ cause: "ECONNREFUSED", outcome: "put_off" }]);
    });
  });

  test("an endpoint that says 410 is sent nothing more until it is enabled again, and loses nothing of before", async () => {
    const { add, deliver, webhooks, failures } = await kit();
    const session = await signIn(at.server);
    const hook = receiver(no(410));
    const { id } = await add(hook);
    const names = await renames(session, 2);
    await deliver();
    at.server.clock.advance(DAY);
    await rename(session);
    await deliver();
    expect(hook.received).toHaveLength(1);
    expect(failures).toMatchObject([{ cause: "http_410", outcome: "endpoint_disabled" }]);
    expect(await webhooks.listEnabled()).toEqual([]);
    const { rows } = await at.server.database.pool.query(
      "SELECT actor_kind, after->>'url' AS url FROM audit_events WHERE action = 'webhook_disable' AND after->>'webhook' = $1",
      [id],
    );
    expect(rows).toEqual([
      { actor_kind: "system", url: new URL(hook.url).origin + new URL(hook.url).pathname },
    ]);
    expect(await webhooks.listStates()).toMatchObject([
      { id, disabledAt: expect.any(Date), pending: 2, failed: 0, lastFailure: "http_410" },
    ]);
    hook.answerWith(() => new Response());
    expect(await webhooks.enable(id)).toMatchObject({ wasDisabled: true });
    await deliver();
    expect(namesOf(hook.taken())).toEqual(names);
  });

  describe("What was sent or has failed is sent once more, with the same id and in order", () => {
    const world = async () => {
      const webhook = await kit();
      const session = await signIn(at.server);
      const hook = receiver();
      const { id } = await webhook.add(hook);
      const names = await renames(session, 3);
      await webhook.deliver();
      hook.received.length = 0;
      return { ...webhook, hook, id, names, session };
    };

    test("by its id", async () => {
      const { webhooks, deliver, rows, hook, id, names } = await world();
      const [, second] = await rows();
      expect(await webhooks.replay(id, { eventId: second!.event_id })).toBe(1);
      await deliver();
      expect(hook.received.map(({ id }) => id)).toEqual([second!.event_id]);
      expect(namesOf(hook.received)).toEqual([names[1]!]);
    });

    test("by the time since when", async () => {
      const { webhooks, deliver, hook, id, session } = await world();
      at.server.clock.advance(60);
      const since = at.server.clock.now();
      const later = await renames(session, 2);
      await deliver();
      hook.received.length = 0;
      expect(await webhooks.replay(id, { since })).toBe(2);
      await deliver();
      expect(namesOf(hook.received)).toEqual(later);
    });

    test("because it has failed", async () => {
      const { webhooks, deliver, hook, id, session } = await world();
      hook.answerWith(no(500));
      const name = await rename(session);
      await deliver();
      for (const delay of RETRY_DELAYS_SECONDS) {
        at.server.clock.advance(delay * 1.1 + 1);
        await deliver();
      }
      hook.received.length = 0;
      hook.answerWith(() => new Response());
      expect(await webhooks.replay(id, { failedOnly: true })).toBe(1);
      await deliver();
      expect(namesOf(hook.received)).toEqual([name]);
      expect(await webhooks.listStates()).toMatchObject([{ pending: 0, failed: 0 }]);
    });
  });

  test("of an event that would be too large the player alone is told", async () => {
    const { add, deliver } = await kit();
    const hook = receiver();
    const { secret } = await add(hook);
    const { user } = await signIn(at.server);
    await at.server.database.pool.query(
      "UPDATE webhook_deliveries SET data = data || jsonb_build_object('reason', repeat('x', 30000))",
    );
    await deliver();
    const [{ text, headers, body }] = hook.received as [Receiver["received"][number]];
    expect(text.length).toBeLessThan(20 * 1_024);
    expect(body.data).toMatchObject({
      player: { id: user.id, name: user.name },
      reason: null,
      truncated: true,
    });
    // The library goes by the real time, and the test's own has moved on.
    const sentAt = new Date(Number(headers["webhook-timestamp"]) * 1_000);
    expect(new Webhook(secret).sign(headers["webhook-id"]!, sentAt, text)).toBe(
      headers["webhook-signature"]!,
    );
  });

  test("what is more than thirty days old goes, and an endpoint that is removed takes its own along", async () => {
    const { add, deliver, webhooks, rows } = await kit();
    const session = await signIn(at.server);
    const hook = receiver();
    const { id } = await add(hook);
    await rename(session);
    await deliver();
    at.server.clock.advance(29 * DAY);
    const later = await signIn(at.server);
    await rename(later);
    expect(await webhooks.deleteOld(500)).toBe(0);
    at.server.clock.advance(1.5 * DAY);
    expect(await webhooks.deleteOld(500)).toBe(1);
    expect((await rows()).map(({ user_id }) => user_id)).toEqual([later.user.id, later.user.id]);
    expect(await webhooks.remove(id)).toMatchObject({ id });
    await webhooks.removeDeliveries(id);
    expect(await rows()).toEqual([]);
    expect(await webhooks.remove(id)).toBeNull();
  });

  test("a merge is told after what happened to the kept player before", async () => {
    const { add, deliver } = await kit();
    const { conflict, resolve } = linkingAt(at.server);
    const { mine, ticket } = await conflict();
    const hook = receiver();
    await add(hook);
    await rename(mine);
    await resolve(mine, ticket, "mine");
    await deliver(2);
    expect(hook.taken().map(({ body }) => body.type)).toEqual(["player.renamed", "player.merged"]);
  });
}, LONG_TOKENS);
