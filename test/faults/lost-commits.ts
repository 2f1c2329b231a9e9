import { refresh, signIn } from "../support/client";
import type { Proof } from "../support/proof";
import { sharedReplicas } from "../support/replicas";
import { letTimePass, sessionIdOf, sessionRow } from "../support/session-row";

const GRACE_SECONDS = 60;

/** A backup restored, or a failover that lost commits: the row is some generations behind the newest token. */
export const lostCommits: Proof = {
  name: "lost commits",
  title:
    "S26 S28 a database that lost commits signs nobody out, and a thief is still caught within two steps",
  database: "postgres",
  shortRounds: 12,
  longRounds: 500,
  share: 1,
  async prepare(run) {
    const { google, database, origins } = await sharedReplicas();
    const present = (token: string) => refresh(run.random.pick(origins), token);

    return async () => {
      let session = await signIn(run.random.pick(origins), google);
      const sessionId = sessionIdOf(session);
      const tokens = [session.refresh_token];
      for (let step = run.random.integer(1, 5); step > 0; step--) {
        session = (await present(session.refresh_token)).body;
        tokens.push(session.refresh_token);
      }
      run.fault();
      const restored = run.random.integer(0, tokens.length - 2);
      await database.pool.query("UPDATE refresh_tokens SET generation = $2 WHERE id = $1", [
        sessionId,
        restored,
      ]);

      const honest = run.random.fraction() < 0.5;
      const held = { owner: session.refresh_token, thief: run.random.pick(tokens) };
      const turn = async (party: keyof typeof held) => {
        await letTimePass(database.pool, sessionId, GRACE_SECONDS + 1);
        const { status, body } = await present(held[party]);
        if (status === 200) held[party] = body.refresh_token;
        return status;
      };
      const story = `token ${tokens.length - 1}, row ${restored}, thief ${tokens.indexOf(held.thief)}`;
      if (honest) {
        for (let step = 0; step < 3; step++) run.check((await turn("owner")) === 200, `${story}: still in`);
        return;
      }
      const order = run.random.shuffled(["owner", "thief"] as const);
      let turns = 0;
      while (turns < 4 && (await turn(order[turns % 2] as keyof typeof held)) === 200) turns += 1;
      const { revoked_at } = await sessionRow(database.pool, sessionId);
      run.check(
        turns < 4 && revoked_at !== null,
        `${story}, ${order[0]} first: caught within two steps each`,
      );
    };
  },
};
