import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { openDatabase } from "../../src/db/database";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { rejection } from "../support/rejection";

afterAll(removeImage);

const failing = (message: string) => () => Promise.reject(new Error(message));

/** Opens the embedded database of a folder of its own, breaks one of its closings, and closes it. */
async function closeBroken(breakIt: (database: Awaited<ReturnType<typeof openDatabase>>) => void) {
  await using world = new AsyncDisposableStack();
  const dataDir = join(await folderWithDatabase(world), "data");
  const database = await openDatabase({ kind: "embedded", dataDir });
  breakIt(database);
  expect((await rejection(database.close())).message).toContain("will not close");
  // The lock is what a second server is refused by.
  const next = await openDatabase({ kind: "embedded", dataDir });
  await next.ping();
  await next.close();
}

test(
  "a Prisma client that will not disconnect keeps neither the files nor the lock",
  () =>
    closeBroken((database) => {
      database.prisma.$disconnect = failing("will not close");
    }),
  30_000,
);

test(
  "nor does a pool that will not end",
  () =>
    closeBroken((database) => {
      database.pool.end = failing("will not close") as typeof database.pool.end;
    }),
  30_000,
);
