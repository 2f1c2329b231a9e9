import { afterEach, describe, expect, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import { isUnavailable, toStartError } from "../../src/db/errors";
import { type PostgresConfig, servingPool, withClient } from "../../src/db/postgres";

/** PostgreSQL's SSLRequest, and its AuthenticationCleartextPassword. */
const SSL_REQUEST = 80_877_103;
const ASKS_FOR_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const PASSWORD = "sesame-open-up";

const fakes: { stop(force: boolean): void }[] = [];
afterEach(() => {
  for (const fake of fakes.splice(0)) fake.stop(true);
});

/** Somebody in the server's place, without TLS, who asks for the password in clear and keeps what comes. */
function startEavesdropper() {
  const heard: string[] = [];
  const fake = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, chunk) {
        heard.push(chunk.toString("latin1"));
        const isSslRequest = chunk.length === 8 && chunk.readUInt32BE(4) === SSL_REQUEST;
        if (isSslRequest) socket.write("N");
        else if (heard.at(-1)?.includes("application_name")) socket.write(ASKS_FOR_PASSWORD);
        else socket.end();
      },
    },
  });
  fakes.push(fake);
  return { port: fake.port, heard };
}

/** 0.0.0.0 leads to this machine, too, and is not known for it. */
const config = (port: number, more: Partial<PostgresConfig> = {}): PostgresConfig => ({
  kind: "postgres",
  host: "0.0.0.0",
  port,
  user: "accounts",
  database: "accounts",
  password: PASSWORD,
  poolSize: 4,
  ...more,
});
const connect = (config: PostgresConfig) => withClient(config, (client) => client.query("SELECT 1"));
const failure = (work: Promise<unknown>) =>
  work.then(
    () => new Error("It connected."),
    (error: Error) => error,
  );

describe("a server that asks for the password in clear, without TLS", () => {
  test.each(["disable", "allow", "prefer"] as const)(
    "gets none with %s, and the reason is said",
    async (sslmode) => {
      const { port, heard } = startEavesdropper();
      const at = config(port, { sslmode });
      const error = await failure(connect(at));
      expect(toStartError(error, at).message).toBe(
        `PostgreSQL at 0.0.0.0:${port} asks for the password of role "accounts" in clear on a connection without TLS, ` +
          "and got none; set DB_SSLMODE to verify-full, or have the role's password checked by scram-sha-256.",
      );
      expect(heard.join("")).not.toContain(PASSWORD);
    },
  );

  test("gets none from the pool that serves either, which counts as a database that is not there", async () => {
    const { port, heard } = startEavesdropper();
    const pool = servingPool(config(port, { sslmode: "disable" }));
    expect(isUnavailable(await failure(pool.query("SELECT 1")))).toBe(true);
    await pool.end();
    expect(heard.join("")).not.toContain(PASSWORD);
  });

  test("stops the start with that sentence", async () => {
    const { port } = startEavesdropper();
    const error = await failure(openDatabase(config(port, { sslmode: "disable" })));
    expect(error.message).toContain("in clear on a connection without TLS");
  });

  test("gets it on this machine, where nobody reads along", async () => {
    const { port, heard } = startEavesdropper();
    await failure(connect(config(port, { host: "127.0.0.1" })));
    expect(heard.join("")).toContain(PASSWORD);
  });
});

describe("a sign-in of the pool's that cannot go on", () => {
  /** PostgreSQL's AuthenticationSASL and AuthenticationSASLContinue. */
  const ASKS_FOR_SCRAM = Buffer.from("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0", "latin1");
  const GOES_ON = Buffer.from("R\0\0\0\x19\0\0\0\x0br=nonce,s=c2Fs,i=4", "latin1");
  const { password: _, ...withoutPassword } = config(0);

  test.each([
    ["there is no password", withoutPassword],
    ["the server does not know what was asked", config(0)],
  ])("leaves no connection behind: %s", async (_why, config) => {
    const closed = Promise.withResolvers<string>();
    const answers = [ASKS_FOR_SCRAM, GOES_ON];
    const fake = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: (socket) => void socket.write(answers.shift() ?? ""),
        close: () => closed.resolve("closed"),
      },
    });
    fakes.push(fake);
    const pool = servingPool({ ...config, port: fake.port, sslmode: "disable" });
    const error = await failure(pool.query("SELECT 1"));
    expect(error.message).toStartWith("SASL");
    expect(await Promise.race([closed.promise, Bun.sleep(1_000)])).toBe("closed");
    await pool.end();
  });
});
