import { afterAll, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { isUnavailable } from "../../src/db/errors";
import { servingPool } from "../../src/db/postgres";

const message = (type: string, body: Buffer) => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const AUTHENTICATION_OK = message("R", Buffer.alloc(4));
const READY_FOR_QUERY = message("Z", Buffer.from("I"));
const SHUTTING_DOWN = message("E", Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"));

/** A PostgreSQL that shuts down in the moment it lets somebody in: all of it arrives as one piece. */
function closingPostgres(): Promise<Server> {
  const server = createServer((socket) => {
    socket.once("data", () => socket.end(Buffer.concat([AUTHENTICATION_OK, READY_FOR_QUERY, SHUTTING_DOWN])));
    socket.on("error", () => {});
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const server = await closingPostgres();
const { port } = server.address() as { port: number };
const config = { kind: "postgres", host: "127.0.0.1", port, user: "u", database: "d", poolSize: 10 } as const;
afterAll(() => server.close());

test("S59 a connection lost as it opens fails the statement and not the process", async () => {
  const pool = servingPool(config);
  pool.on("error", () => {});
  for (let turn = 0; turn < 3; turn++) {
    const error = await pool.query("SELECT 1").then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(isUnavailable(error)).toBe(true);
  }
  await pool.end();
});

test("S59 nor does one that a transaction takes", async () => {
  const pool = servingPool(config);
  pool.on("error", () => {});
  const error = await pool.connect().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(isUnavailable(error)).toBe(true);
  await pool.end();
});
