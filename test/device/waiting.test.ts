import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createWaiting } from "../../src/device/waiting";
import { sha256 } from "../../src/sha256";
import { openPostgresForTest } from "../support/databases";
import { askForDevice, letIn, poll } from "../support/devices";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { startHost } from "../support/host";
import { freshAccount } from "../support/players";
import { postgresAvailable } from "../support/postgres";
import { startTestServer, type TestServer } from "../support/server";

describe("who waits", () => {
  const nobodyDecides = { decidedAmong: async () => [] };

  test("costs one question at a time, whatever their number", async () => {
    let asked = 0;
    const waiting = createWaiting({
      decidedAmong: async (hashes) => {
        asked++;
        return asked < 3 ? [] : hashes;
      },
    });
    const codes = Array.from({ length: 200 }, (_, index) => `code-${index}`);
    const decided = await Promise.all(codes.map((code) => waiting.untilDecided(code, 20)));
    expect(decided).toEqual(codes.map(() => true));
    expect(asked).toBeLessThanOrEqual(4);
  });

  test("hears of their own device alone", async () => {
    const waiting = createWaiting({ decidedAmong: async () => [sha256("mine")] });
    const [mine, other] = await Promise.all([
      waiting.untilDecided("mine", 20),
      waiting.untilDecided("other", 1),
    ]);
    expect([mine, other]).toEqual([true, false]);
  });

  test("is no more than a thousand: the next one hears at once that nothing is decided", async () => {
    const ending = new AbortController();
    const waiting = createWaiting(nobodyDecides, ending.signal);
    const thousand = Array.from({ length: 1_000 }, (_, index) => waiting.untilDecided(String(index), 60));
    expect(await waiting.untilDecided("one more", 60)).toBe(false);
    ending.abort();
    expect(new Set(await Promise.all(thousand))).toEqual(new Set([false]));
    expect(await waiting.untilDecided("too late", 60)).toBe(false);
  });

  test("goes on while the database is away", async () => {
    let asked = 0;
    const waiting = createWaiting({
      decidedAmong: async (hashes) => {
        if (asked++ === 0) throw new Error("gone");
        return hashes;
      },
    });
    expect(await waiting.untilDecided("code", 20)).toBe(true);
  });
});

describe.skipIf(!postgresAvailable())("two replicas", () => {
  const world = new AsyncDisposableStack();
  let [one, other] = [] as unknown as [TestServer, TestServer];
  beforeAll(async () => {
    const database = await openPostgresForTest();
    world.defer(() => database.close());
    [one, other] = await Promise.all([startTestServer({ database }), startTestServer({ database })]);
    world.defer(() => one.stop());
    world.defer(() => other.stop());
  }, 60_000);
  afterAll(() => world.disposeAsync());

  test("a device that waits at one hears what its player said at the other", async () => {
    const { device_code, user_code } = await askForDevice(one);
    const waiting = poll(one, device_code, { wait: 9 });
    await letIn(other, user_code, freshAccount());
    const said = performance.now();
    expect((await waiting).status).toBe(200);
    expect(performance.now() - said).toBeLessThan(3_000);
  });
});

describe("a server that is told to stop", () => {
  const world = new AsyncDisposableStack();
  afterAll(async () => {
    await world.disposeAsync();
    await removeImage();
  });

  test("lets nobody wait any longer, and loses no answer", async () => {
    const host = startHost({ cwd: await folderWithDatabase(world) });
    const origin = await host.ready();
    const { device_code } = await askForDevice({ origin });
    const waiting = poll({ origin }, device_code, { wait: 25 });
    await Bun.sleep(500);
    const told = performance.now();
    host.kill("SIGTERM");
    expect((await waiting).error).toBe("authorization_pending");
    expect(await host.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(4_500);
  }, 60_000);
});
