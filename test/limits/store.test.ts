import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type LimitStore, memoryStore, openLimitStore } from "../../src/limits/store";
import { openPostgresForTest } from "../support/databases";
import { postgresAvailable } from "../support/postgres";
import { type RunningRedis, redisAvailable, startRedis } from "../support/redis";
import { rejection } from "../support/rejection";

type Open = () => Promise<{ stores: [LimitStore, LimitStore]; close(): Promise<void> }>;

const WINDOW = { keyPrefix: "test", points: 5, duration: 60 };

/** What every store promises. `open` gives it to two processes of ours. */
function contract(open: Open): void {
  let opened: Awaited<ReturnType<Open>>;
  beforeAll(async () => {
    opened = await open();
  }, 30_000);
  afterAll(() => opened.close());
  const counters = () => opened.stores.map((store) => store.counter(WINDOW));
  const consume = (key: string) => (_: unknown, turn: number) =>
    counters()
      [turn % 2]?.consume(key)
      .then(
        () => "fits" as const,
        (refusal: { msBeforeNext: number }) => refusal.msBeforeNext,
      );

  test("S53 of many at once exactly the allowed ones fit, whichever replica they come to", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, consume("many")));
    expect(answers.filter((answer) => answer === "fits")).toHaveLength(5);
    for (const answer of answers) if (answer !== "fits") expect(answer).toBeWithin(1, 60_001);
  });

  test("keys count apart", async () => {
    const [one] = counters();
    for (let count = 0; count < 5; count++) await one?.consume("b");
    await one?.consume("a");
    expect(await rejection(one?.consume("b"))).toMatchObject({ remainingPoints: 0 });
  });
}

describe("memory", () => {
  const one = memoryStore.counter(WINDOW);
  const shared = { ...memoryStore, counter: () => one };
  contract(async () => ({ stores: [shared, shared], close: memoryStore.close }));

  test("what was used up fits again when the window told has ended", async () => {
    const counter = memoryStore.counter({ keyPrefix: "short", points: 1, duration: 0.2 });
    await counter.consume("a");
    const { msBeforeNext } = await counter.consume("a").catch((refusal) => refusal);
    expect(msBeforeNext).toBeWithin(0.001, 201);
    await Bun.sleep(msBeforeNext + 1);
    await counter.consume("a");
  });
});

describe.skipIf(!postgresAvailable())("postgres", () => {
  const open = () => openPostgresForTest();
  const config = { enabled: true, store: "postgres" } as const;

  contract(async () => {
    const database = await open();
    const store = () => openLimitStore(config, database, () => {});
    return { stores: [await store(), await store()], close: () => database.close() };
  });

  test("a database that is gone leaves each process its own counts", async () => {
    const database = await open();
    const counter = (await openLimitStore(config, database, () => {})).counter(WINDOW);
    await counter.consume("gone");
    await database.close();
    for (let count = 0; count < 5; count++) await counter.consume("gone");
    expect(await rejection(counter.consume("gone"))).toMatchObject({ remainingPoints: 0 });
  });
});

describe.skipIf(!redisAvailable())("redis", () => {
  let redis: RunningRedis;
  const open = (onWarning: (line: string) => void = () => {}) =>
    openLimitStore({ enabled: true, store: "redis", url: redis.url }, undefined as never, onWarning);
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  contract(async () => {
    const stores: [LimitStore, LimitStore] = [await open(), await open()];
    return { stores, close: async () => void (await Promise.all(stores.map((store) => store.close()))) };
  });

  test("a Redis that dies is warned of once, replaced by memory, and used again when it is back", async () => {
    const warnings: string[] = [];
    const store = await open((line) => warnings.push(line));
    const counter = store.counter(WINDOW);
    await counter.consume("dies");
    await redis.stop();
    for (let count = 0; count < 5; count++) await counter.consume("dies");
    expect(await rejection(counter.consume("dies"))).toMatchObject({ remainingPoints: 0 });

    redis = await startRedis(redis.port);
    const replica = await open();
    const seenByReplica = async (key: string) => {
      await counter.consume(key);
      return (await replica.counter(WINDOW).consume(key)).consumedPoints === 2;
    };
    const deadline = Date.now() + 10_000;
    let attempt = 0;
    while (!(await seenByReplica(`back-${attempt}`)) && Date.now() < deadline) attempt++;
    expect(await seenByReplica("back")).toBe(true);
    expect(warnings).toHaveLength(1);
    await store.close();
    await replica.close();
  });

  test("a Redis that does not answer costs half a second, not the request", async () => {
    const mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const started = performance.now();
    const store = await openLimitStore(
      { enabled: true, store: "redis", url: `redis://127.0.0.1:${mute.port}` },
      undefined as never,
      () => {},
    );
    await store.counter(WINDOW).consume("mute");
    expect(performance.now() - started).toBeLessThan(2_500);
    await store.close();
    mute.stop(true);
  });
});
