import { withClient } from "../../src/db/postgres";
import { boundedAnswers } from "../support/bounded";
import { ask, bearer, freshAccount, refresh, signIn } from "../support/client";
import { insist } from "../support/journal-client";
import { testPostgres } from "../support/postgres";
import type { Proof } from "../support/proof";
import { sharedReplicas, twoReplicas } from "../support/replicas";
import { sessionIdOf, sessionRow } from "../support/session-row";
import { waitsForLock } from "../support/test-database";

export const serializationFailures: Proof = {
  name: "serialization failures",
  title: "S27 S59 a serializable database: what fails to serialize is run again, and no caller notices",
  database: "postgres",
  shortRounds: 10,
  longRounds: 300,
  share: 1,
  async prepare(run) {
    const { google, origins } = await twoReplicas(run.world, ({ pool, config }) =>
      pool.query(`ALTER DATABASE ${config.database} SET default_transaction_isolation = 'serializable'`),
    );
    let session = await signIn(origins[0] ?? "", google);
    return async () => {
      const callers = run.random.integer(8, 32);
      run.fault(callers - 1);
      const replies = await Promise.all(
        Array.from({ length: callers }, (_, caller) =>
          refresh(origins[caller % 2] as string, session.refresh_token),
        ),
      );
      for (const { status, body } of replies) run.check(status === 200, `200, not ${status} ${body.code}`);
      run.check(new Set(replies.map(({ body }) => body.refresh_token)).size === 1, "one successor");
      session = replies[0]?.body ?? session;
    };
  },
};

export const deadlocks: Proof = {
  name: "deadlocks",
  title: "S59 a statement that loses to a deadlock is run again",
  database: "postgres",
  shortRounds: 2,
  longRounds: 50,
  share: 1,
  async prepare(run) {
    const { google, database, origins } = await twoReplicas(run.world, ({ config }) =>
      asSuperuser(config.database, (client) =>
        client.query(`ALTER DATABASE ${config.database} SET deadlock_timeout = '50ms'`),
      ),
    );
    const [origin = ""] = origins;
    return async () => {
      const account = freshAccount();
      const older = await signIn(origin, google, account);
      const newer = await signIn(origin, google, account);
      const [one, other] = [sessionIdOf(older), sessionIdOf(newer)];
      const lock = "SELECT FROM refresh_tokens WHERE id = $1 FOR UPDATE";
      run.fault();
      await asSuperuser(database.config.database, async (client) => {
        // The server goes through the sessions the other way round, and is the first to look for a deadlock.
        await client.query("SET deadlock_timeout = '1min'");
        await client.query("BEGIN");
        await client.query(lock, [other]);
        const leaving = ask(origin, "DELETE /api/sessions", undefined, bearer(older));
        await waitsForLock(database);
        await client.query(lock, [one]);
        await client.query("COMMIT");
        const { status, body } = await leaving;
        run.check(status === 204, `every device is signed out, not ${status} ${body.code}`);
      });
      for (const sessionId of [one, other]) {
        const { revoked_at } = await sessionRow(database.pool, sessionId);
        run.check(revoked_at !== null, "the session is over");
      }
    };
  },
};

export const stuckRow: Proof = {
  name: "stuck row",
  title:
    "S59 a row that somebody keeps locked: bounded 503s for its callers, the others play on, and all is well after",
  database: "postgres",
  shortRounds: 2,
  longRounds: 20,
  share: 1,
  async prepare(run) {
    const { google, database, origins } = await sharedReplicas();
    const [origin = ""] = origins;
    return async (round) => {
      const session = await signIn(origin, google);
      let bystander = await signIn(origin, google);
      const bounded = boundedAnswers(run, "stuck row");
      // A few leave connections free; many take all of them, and for a moment nobody gets one.
      const callers = round % 2 ? run.random.integer(1, 5) : run.random.integer(12, 40);
      run.fault(callers);
      await withClient(database.config, async (client) => {
        await client.query("BEGIN");
        await client.query("SELECT FROM refresh_tokens WHERE id = $1 FOR UPDATE", [sessionIdOf(session)]);
        const replies = Array.from({ length: callers }, () =>
          bounded(() => refresh(origin, session.refresh_token)),
        );
        await waitsForLock(database);
        const live = await ask(origin, "GET /health/live");
        run.check(live.status === 200, `liveness is ${live.status}`);
        for (let step = 0; step < 10; step++) {
          const request = () => bounded(() => refresh(origin, bystander.refresh_token));
          const other = await (callers > 5 ? insist(request) : request());
          run.check(other?.status === 200, `beside ${callers}, somebody else is answered ${other?.status}`);
          if (other?.status === 200) bystander = other.body;
        }
        for (const reply of await Promise.all(replies)) {
          run.check(reply?.status === 503, `a caller is answered 503, not ${reply?.status}`);
        }
        await client.query("ROLLBACK");
      });
      const { status, body } = await refresh(origin, session.refresh_token);
      run.check(status === 200, `the session lives (${status} ${body.code})`);
    };
  },
};

async function asSuperuser(database: string, work: Parameters<typeof withClient>[1]): Promise<void> {
  const { superuser } = await testPostgres();
  await withClient({ ...superuser, database }, work);
}
