import { join } from "node:path";
import pg from "pg";
import type { SessionAnswer } from "../../src/session/model";
import { refresh, signIn } from "../support/client";
import type { Proof, Run } from "../support/proof";
import { sessionIdOf } from "../support/session-row";
import {
  googleOf,
  loggedEvents,
  type SpawnedServer,
  serverFolder,
  spawnServer,
} from "../support/spawned-server";
import { databaseOf, emptyDatabaseOf, type TestDatabase, waitsForLock } from "../support/test-database";

const CLIENTS = 12;
const EXIT_LIMIT_MS = 15_000;

type Replica = { folder: string; server: SpawnedServer };

/** A player who refreshes at either replica, over kept connections or fresh ones, and goes to the other one when cut off. */
class RollingClient {
  /** @param answered gets the ids of the requests that were answered */
  constructor(
    private readonly run: Run,
    private readonly replicas: Replica[],
    private readonly answered: Set<string>,
    private session: SessionAnswer,
  ) {}

  async step(): Promise<void> {
    const id = Bun.randomUUIDv7();
    const { server } = this.run.random.pick(this.replicas);
    let text: string;
    let status: number;
    try {
      const response = await fetch(`${server.origin}/api/refresh`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-request-id": id },
        body: JSON.stringify({ refresh_token: this.session.refresh_token }),
        keepalive: this.run.random.fraction() < 0.5,
      });
      status = response.status;
      text = await response.text();
    } catch {
      return;
    }
    this.answered.add(id);
    this.run.check(status === 200, `a refresh amid a shutdown is answered ${status}`);
    if (status === 200) this.session = JSON.parse(text);
  }
}

export const rollingRestart: Proof = {
  name: "rolling restart",
  title:
    "S60 SIGTERM under load, one replica after the other, one of them of two processes: no accepted request is lost",
  database: "postgres",
  shortRounds: 2,
  longRounds: 60,
  share: 2,
  async prepare(run) {
    const google = googleOf(run.world);
    const database = await databaseOf(run.world);
    const env = { ...google.env, ...database.env() };
    const spawn = async (workers: number): Promise<Replica> => {
      const folder = serverFolder(run.world, `server:\n  workers: ${workers}\n`);
      return { folder, server: await spawnServer({ folder, env }) };
    };
    const replicas = await Promise.all([spawn(1), spawn(2)]);
    run.world.defer(async () => void (await Promise.all(replicas.map(({ server }) => server.kill()))));

    const answered = new Set<string>();
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const session = await signIn(replicas[0]?.server.origin ?? "", google);
        return new RollingClient(run, replicas, answered, session);
      }),
    );

    let patient = await signIn(replicas[0]?.server.origin ?? "", google);

    return async (round) => {
      let stopping = false;
      const load = clients.map(async (client) => {
        while (!stopping) await client.step();
      });
      await Bun.sleep(run.random.integer(200, 500));
      const leaving = replicas[round % 2] as Replica;
      run.fault();
      const { answer, release } = await slowRefresh(database, leaving.server.origin, patient);
      const left = leaving.server.terminate();
      await Bun.sleep(run.random.integer(0, 1_000));
      await release();
      const released = performance.now();
      const { status, body, headers } = await answer;
      answered.add(headers.get("x-request-id") ?? "");
      run.check(status === 200, `what was accepted before is answered ${status} ${body.code}`);
      patient = body;
      run.check((await left) === 0, `the replica leaves with 0, not ${await left}`);
      run.check(performance.now() - released < EXIT_LIMIT_MS, "and in time");
      stopping = true;
      await Promise.all(load);
      for (const { event, request_id } of loggedEvents(leaving.folder)) {
        if (event !== "refresh") continue;
        run.check(answered.has(request_id), `the request ${request_id} was done and not answered`);
      }
      replicas[round % 2] = await spawn(1 + (round % 2));
    };
  },
};

/** A refresh under way, which cannot end before its row is released. */
async function slowRefresh(database: TestDatabase, origin: string, session: SessionAnswer) {
  const client = new pg.Client(database.env().DATABASE_URL);
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT FROM refresh_tokens WHERE id = $1 FOR UPDATE", [sessionIdOf(session)]);
  const answer = refresh(origin, session.refresh_token);
  await waitsForLock(database);
  const release = async () => {
    await client.query("ROLLBACK");
    await client.end();
  };
  return { answer, release };
}

export const migratingTogether: Proof = {
  name: "migrating together",
  title: "S60 two replicas that migrate an empty database at once both come up",
  database: "postgres",
  shortRounds: 1,
  longRounds: 10,
  share: 1,
  async prepare(run) {
    const google = googleOf(run.world);
    return async () => {
      const database = await emptyDatabaseOf(run.world);
      const env = { ...google.env, ...database.env() };
      const start = async () => {
        const migrate = Bun.spawn(["bunx", "prisma", "migrate", "deploy"], {
          cwd: join(import.meta.dirname, "../.."),
          env: { ...process.env, ...env },
          stdin: "ignore",
          stdout: "pipe",
          stderr: "pipe",
        });
        const code = await migrate.exited;
        const output =
          (await new Response(migrate.stdout).text()) + (await new Response(migrate.stderr).text());
        run.check(code === 0, `migrate deploy leaves with ${code}: ${output}`);
        const server = await spawnServer({ folder: serverFolder(run.world), env });
        run.world.defer(() => server.kill());
        return server;
      };
      run.fault();
      for (const { origin, kill } of await Promise.all([start(), start()])) {
        const { user } = await signIn(origin, google);
        run.check(user.id > 0, "a player can sign in");
        await kill();
      }
      const { rows } = await database.pool.query(
        "SELECT migration_name, count(*) FROM _prisma_migrations GROUP BY 1 HAVING count(*) > 1",
      );
      run.check(rows.length === 0, "no migration was applied twice");
    };
  },
};
