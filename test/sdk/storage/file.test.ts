import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileStorage } from "../../../sdk/src/storage/file.ts";
import type { AccountStorage } from "../../../sdk/src/storage/storage.ts";
import { rejection } from "../../support/rejection";

const KEY = "account-sdk:http://localhost:8000";
const FILE = "account-sdk_http_localhost_8000.json";

let folder: string;
let storage: Required<Pick<AccountStorage, "get" | "set" | "remove" | "lock">>;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "account-sdk-")), "Studio", "Kitchen");
  storage = fileStorage(folder) as typeof storage;
});

afterEach(() => rmSync(join(folder, "..", ".."), { recursive: true, force: true }));

describe("The file on the desktop", () => {
  test("C21 is the player's alone, and so is its folder", async () => {
    await storage.set(KEY, "secret");
    expect(statSync(join(folder, FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test("C21 becomes the player's alone when it was not", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, FILE), "old");
    chmodSync(join(folder, FILE), 0o644);
    await storage.set(KEY, "new");
    expect(statSync(join(folder, FILE)).mode & 0o777).toBe(0o600);
  });

  test("C21 is replaced whole: a reader never meets a half, and nothing else is left in the folder", async () => {
    const values = ["a", "b"].map((letter) => letter.repeat(200_000));
    await storage.set(KEY, values[0]!);
    let writing = true;
    const writer = (async () => {
      for (let turn = 0; turn < 30; turn++) await storage.set(KEY, values[turn % 2]!);
      writing = false;
    })();
    let reads = 0;
    while (writing) {
      expect(values).toContain(readFileSync(join(folder, FILE), "utf8"));
      reads++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writer;
    expect(reads).toBeGreaterThan(10);
    expect(readdirSync(folder)).toEqual([FILE]);
  });

  test("C21 what a killed process left half-written goes away after a minute; other files never do", async () => {
    await storage.set(KEY, "session");
    const abandoned = join(folder, `${FILE}.1234.tmp`);
    const fresh = join(folder, `${FILE}.5678.tmp`);
    const foreign = join(folder, "savegame.tmp");
    for (const path of [abandoned, fresh, foreign]) writeFileSync(path, "x");
    const old = new Date(Date.now() - 120_000);
    for (const path of [abandoned, foreign]) utimesSync(path, old, old);
    expect(await storage.get(KEY)).toBe("session");
    expect(readdirSync(folder).sort()).toEqual([FILE, `${FILE}.5678.tmp`, "savegame.tmp"].sort());
  });

  test("nothing stored is null, and removing nothing is fine", async () => {
    expect(await storage.get(KEY)).toBeNull();
    await storage.remove(KEY);
    await storage.set(KEY, "x");
    await storage.remove(KEY);
    expect(await storage.get(KEY)).toBeNull();
  });

  test("C20 a folder that cannot be made is an error of set, not of lock", async () => {
    mkdirSync(join(folder, ".."), { recursive: true });
    writeFileSync(folder, "a file stands where the folder should");
    expect(await rejection(Promise.resolve(storage.set(KEY, "x")))).toMatchObject({
      code: expect.any(String),
    });
    expect(await storage.lock(KEY, async () => "ran")).toBe("ran");
  });
});

describe("The lock between processes", () => {
  test("lets one run after the other", async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        storage.lock(KEY, async () => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside--;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is let go when the work throws", async () => {
    const failed = await storage.lock(KEY, () => Promise.reject(new Error("work"))).catch((error) => error);
    expect(failed).toEqual(new Error("work"));
    expect(await storage.lock(KEY, async () => "next")).toBe("next");
  });

  const LOCK = "account-sdk_http_localhost_8000.lock";
  const dead = Bun.spawnSync(["true"]).pid;

  test("of a process that died is taken over at once", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, LOCK), `${dead} somebody`);
    const before = performance.now();
    expect(await storage.lock(KEY, async () => "ran")).toBe("ran");
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test("of a process that hangs is taken over after half a minute", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, LOCK), `${process.pid} somebody`);
    const old = new Date(Date.now() - 31_000);
    utimesSync(join(folder, LOCK), old, old);
    expect(await storage.lock(KEY, async () => "ran")).toBe("ran");
  });

  test("of a living process is left alone", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, LOCK), `${process.pid} somebody`);
    let ran = false;
    const waiting = storage.lock(KEY, async () => {
      ran = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ran).toBe(false);
    rmSync(join(folder, LOCK));
    await waiting;
    expect(ran).toBe(true);
  });

  test("of a dead process falls to one of many who wait for it, every time", async () => {
    mkdirSync(folder, { recursive: true });
    let inside = 0;
    let most = 0;
    for (let round = 0; round < 25; round++) {
      writeFileSync(join(folder, LOCK), `${dead} somebody`);
      await Promise.all(
        Array.from({ length: 8 }, () =>
          storage.lock(KEY, async () => {
            most = Math.max(most, ++inside);
            await new Promise((resolve) => setTimeout(resolve, 1));
            inside--;
          }),
        ),
      );
    }
    expect(most).toBe(1);
  });

  test("of a dead process is taken although another died while it removed it", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, LOCK), `${dead} somebody`);
    writeFileSync(join(folder, `${LOCK}.removing`), "");
    expect(await storage.lock(KEY, async () => "mine")).toBe("mine");
    expect(readdirSync(folder)).toEqual([]);
  });
});
