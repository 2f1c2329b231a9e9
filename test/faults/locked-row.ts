import { withClient } from "../../src/db/postgres";
import { ask, bearer, refresh, signIn } from "../support/client";
import type { Proof } from "../support/proof";
import { sharedReplicas } from "../support/replicas";
import { sessionIdOf } from "../support/session-row";
import { waitsForLock } from "../support/test-database";

const NEIGHBOURS = 16;
const RETRIES = 6;
const WINDOW_MS = 2_500;
/** So little that a stalled connection, which takes hundreds, does not hide in it. */
const SLACK_MS = 50;

/** Rows that one player's request changes, as somebody in psql may hold them. */
const LOCKS = {
  session: "SELECT FROM refresh_tokens WHERE id = $1 FOR UPDATE",
  player: "SELECT FROM users WHERE id = (SELECT user_id FROM refresh_tokens WHERE id = $1) FOR UPDATE",
};

export const lockedRow: Proof = {
  name: "locked row, neighbours",
  title:
    "S59 a row that somebody keeps locked, and a player who tries again and again: their neighbours do not notice",
  database: "postgres",
  shortRounds: 2,
  longRounds: 20,
  share: 2,
  async prepare(run) {
    const { google, database, origins } = await sharedReplicas();
    const [origin = ""] = origins;
    const neighbours = await Promise.all(
      Array.from({ length: NEIGHBOURS }, async () => ({ session: await signIn(origin, google) })),
    );

    /** The neighbours refresh and look for a while. @returns milliseconds of each answer, in order */
    const play = async (what: string): Promise<number[]> => {
      const until = performance.now() + WINDOW_MS;
      const taken: number[] = [];
      const playOne = async (neighbour: (typeof neighbours)[number]) => {
        while (performance.now() < until) {
          const began = performance.now();
          const { status, body } = await refresh(origin, neighbour.session.refresh_token);
          const me = await ask(origin, "GET /api/me", undefined, bearer(neighbour.session));
          taken.push((performance.now() - began) / 2);
          run.check(
            status === 200 && me.status === 200,
            `${what}: a neighbour is answered ${status}, ${me.status}`,
          );
          if (status === 200) neighbour.session = body;
        }
      };
      await Promise.all(neighbours.map(playOne));
      return taken.sort((a, b) => a - b);
    };
    const p99 = (taken: number[]) => taken[Math.floor(taken.length * 0.99)] ?? Number.POSITIVE_INFINITY;

    return async (round) => {
      const kind = round % 2 ? "session" : "player";
      const { access_token, refresh_token } = await signIn(origin, google);
      const sessionId = sessionIdOf({ access_token });
      const before = await play("undisturbed");
      run.fault(RETRIES);
      const during = await withClient(database.config, async (client) => {
        await client.query("BEGIN");
        await client.query(LOCKS[kind], [sessionId]);
        const attempt = () =>
          kind === "session"
            ? refresh(origin, refresh_token)
            : ask(origin, "POST /api/update_picture", { new_picture: "hat" }, bearer({ access_token }));
        const attempts = Array.from({ length: RETRIES }, attempt);
        await waitsForLock(database);
        const taken = await play(`${kind} locked`);
        for (const { status } of await Promise.all(attempts))
          run.check(status === 503, `who waits is answered ${status}`);
        await client.query("ROLLBACK");
        return taken;
      });
      const { status } = await refresh(origin, refresh_token);
      run.check(status === 200, `the session lives (${status})`);

      // What the machine itself takes away shows before and after as well.
      const after = await play("undisturbed again");
      const undisturbed = Math.max(p99(before), p99(after));
      run.check(
        p99(during) <= 2 * undisturbed + SLACK_MS,
        `${kind}: the neighbours' p99 is ${p99(during).toFixed(1)} ms, undisturbed ${undisturbed.toFixed(1)}`,
      );
      const fewest = Math.min(before.length, after.length) / 2;
      run.check(during.length >= fewest, `${kind}: ${during.length} answers, undisturbed ${before.length}`);
    };
  },
};
