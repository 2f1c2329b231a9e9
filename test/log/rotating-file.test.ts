import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LineFile, openRotatingFile } from "../../src/log/rotating-file";

/** Whether this machine lets us mount a disk of our own (root on Linux, as in CI). */
const canMount =
  spawnSync("sh", [
    "-c",
    'd=$(mktemp -d) && mount -t tmpfs none "$d" && umount "$d"; code=$?; rmdir "$d"; exit $code',
  ]).status === 0;

const TEN_MEGABYTES = 10 * 1024 * 1024;

let folder: string;
let failures: string[];
let recoveries: number[];
let file: LineFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-log-"));
  failures = [];
  recoveries = [];
});
afterEach(async () => {
  await file.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (path = join(folder, "login.log")) => {
  file = openRotatingFile(
    path,
    (code) => failures.push(code),
    (lines) => recoveries.push(lines),
  );
  return file;
};
const fail = (why: string | number) => {
  throw new Error(String(why));
};
const log = () => readFileSync(join(folder, "login.log"), "utf8");

test("makes its folder, and a file that the others of the machine cannot read", async () => {
  const path = join(folder, "deep", "logs", "login.log");
  open(path).write("one\n");
  await file.flush();
  expect(readFileSync(path, "utf8")).toBe("one\n");
  expect(statSync(path).mode & 0o777 & ~0o640).toBe(0);
});

test("goes on where the last process stopped", async () => {
  writeFileSync(join(folder, "login.log"), "before\n");
  open().write("after\n");
  await file.flush();
  expect(log()).toBe("before\nafter\n");
});

test("keeps the order of lines written while it writes", async () => {
  open();
  const flushes = Array.from({ length: 50 }, (_, line) => {
    file.write(`${line}\n`);
    return file.flush();
  });
  await Promise.all(flushes);
  expect(log()).toBe(`${Array.from({ length: 50 }, (_, line) => line).join("\n")}\n`);
});

test("closing writes what is pending", async () => {
  open().write("last words\n");
  await file.close();
  expect(log()).toBe("last words\n");
});

test("a file of ten megabytes makes room for a new one", async () => {
  writeFileSync(join(folder, "login.log"), "");
  truncateSync(join(folder, "login.log"), TEN_MEGABYTES - 5);
  open().write("the line that fills it\n");
  await file.flush();
  file.write("the first of the next\n");
  await file.flush();
  expect(log()).toBe("the first of the next\n");
  expect(statSync(join(folder, "login.log.1")).size).toBe(TEN_MEGABYTES - 5 + 23);
});

test("processes that share a file make room once", async () => {
  const path = join(folder, "login.log");
  writeFileSync(path, "");
  truncateSync(path, TEN_MEGABYTES);
  const other = openRotatingFile(path, fail, fail);
  open().write("");
  other.write("");
  truncateSync(path, TEN_MEGABYTES - 1);
  await Promise.all([file.flush(), other.flush()]);
  truncateSync(path, TEN_MEGABYTES);
  file.write("mine\n");
  await file.flush();
  other.write("theirs\n");
  await other.close();
  expect(log()).toBe("mine\ntheirs\n");
  expect(readdirSync(folder).sort()).toEqual(["login.log", "login.log.1"]);
});

const GONE: [how: string, remove: () => void][] = [
  ["deleted", () => rmSync(join(folder, "login.log"))],
  ["moved away", () => renameSync(join(folder, "login.log"), join(folder, "elsewhere"))],
  [
    "replaced by another",
    () => {
      writeFileSync(join(folder, "another"), "");
      renameSync(join(folder, "another"), join(folder, "login.log"));
    },
  ],
];

test.each(GONE)("a file that was %s is made again with the next line", async (_how, remove) => {
  open().write("before\n");
  await file.flush();
  remove();
  file.write("after\n");
  await file.flush();
  expect(log()).toBe("after\n");
  expect([failures, file.lostLines]).toEqual([[], 0]);
});

test("a folder that was deleted is made again, too", async () => {
  const path = join(folder, "logs", "login.log");
  open(path).write("before\n");
  await file.flush();
  rmSync(join(folder, "logs"), { recursive: true });
  file.write("after\n");
  await file.flush();
  expect(readFileSync(path, "utf8")).toBe("after\n");
});

test("a full file that somebody else just moved away costs no line", async () => {
  open().write("before\n");
  await file.flush();
  truncateSync(join(folder, "login.log"), TEN_MEGABYTES);
  renameSync(join(folder, "login.log"), join(folder, "login.log.1"));
  file.write("after\n");
  await file.flush();
  expect(log()).toBe("after\n");
  expect(readdirSync(folder).sort()).toEqual(["login.log", "login.log.1"]);
});

test("ten old files are kept, and no more", async () => {
  for (let number = 1; number <= 10; number++) {
    writeFileSync(join(folder, `login.log.${number}`), `file ${number}`);
  }
  writeFileSync(join(folder, "login.log"), "");
  truncateSync(join(folder, "login.log"), TEN_MEGABYTES);
  open().write("new\n");
  await file.flush();
  expect(readdirSync(folder)).toHaveLength(11);
  expect(readFileSync(join(folder, "login.log.2"), "utf8")).toBe("file 1");
  expect(readFileSync(join(folder, "login.log.10"), "utf8")).toBe("file 9");
});

test("S58 a full disk loses lines, counts them and tells it once", async () => {
  symlinkSync("/dev/full", join(folder, "login.log"));
  open();
  for (const line of ["one", "two", "three"]) file.write(`${line}\n`);
  await file.flush();
  file.write("four\n");
  await file.flush();
  expect(file.lostLines).toBe(4);
  expect(failures).toEqual(["ENOSPC"]);
});

test("S58 a log folder that cannot be made loses lines and nothing else", async () => {
  writeFileSync(join(folder, "a file"), "");
  open(join(folder, "a file", "login.log")).write("one\n");
  await file.flush();
  expect(file.lostLines).toBe(1);
  expect(failures).toEqual(["EEXIST"]);
});

describe.skipIf(!canMount)("on a small disk of its own", () => {
  let disk: string;
  const run = (...command: string[]) => expect(spawnSync(command[0]!, command.slice(1)).status).toBe(0);

  beforeEach(() => {
    disk = join(folder, "disk");
    mkdirSync(disk);
    run("mount", "-t", "tmpfs", "-o", "size=64k", "none", disk);
  });
  afterEach(async () => {
    await file.close();
    run("umount", disk);
  });

  const written = () => readFileSync(join(disk, "login.log"), "utf8").split("\n");
  const fiveSecondsLater = async (write: () => Promise<void>) => {
    const now = performance.now() + 5_000;
    using _ = spyOn(performance, "now").mockImplementation(() => now);
    await write();
  };

  test("S58 a disk that is full keeps whole lines and goes on when there is room again", async () => {
    open(join(disk, "login.log")).write("before\n");
    await file.flush();
    writeFileSync(join(disk, "ballast"), "x".repeat(60 * 1024));
    for (let line = 0; line < 100; line++) file.write(`${"lost ".repeat(20)}\n`);
    await file.flush();
    expect(file.lostLines).toBe(100);
    rmSync(join(disk, "ballast"));
    file.write("too early\n");
    await file.flush();
    await fiveSecondsLater(async () => {
      file.write("after\n");
      await file.flush();
    });
    expect(file.lostLines).toBe(101);
    expect(failures).toEqual(["ENOSPC"]);
    expect(recoveries).toEqual([101]);
    expect(written()).toEqual(["before", "after", ""]);
  });

  test("S58 a disk that is read-only loses lines and goes on when it is writable again", async () => {
    run("mount", "-o", "remount,ro", disk);
    open(join(disk, "login.log")).write("lost\n");
    await file.flush();
    expect(file.lostLines).toBe(1);
    expect(failures).toEqual(["EROFS"]);
    run("mount", "-o", "remount,rw", disk);
    await fiveSecondsLater(async () => {
      file.write("after\n");
      await file.flush();
    });
    expect(written()).toEqual(["after", ""]);
  });
});
