import { randomBytes } from "node:crypto";
import { ask, bearer, refresh } from "../support/client";
import type { Proof } from "../support/proof";
import { sharedReplicas } from "../support/replicas";

const CALLERS = 50;

export const guests: Proof = {
  name: "guests",
  title:
    "a guest's key that fifty callers use at once, at two processes, is one player, and nobody is lost or doubled",
  database: "postgres",
  shortRounds: 4,
  longRounds: 300,
  share: 1,
  async prepare(run) {
    const { database, origins } = await sharedReplicas();
    return async () => {
      const guest_key = randomBytes(32).toString("base64url");
      const login = (origin: string) => ask(origin, "POST /api/login", { provider: "guest", guest_key });
      run.fault(CALLERS - 1);
      const replies = await Promise.all(
        Array.from({ length: CALLERS }, (_, caller) => login(origins[caller % 2] as string)),
      );
      for (const { status, body } of replies) run.check(status === 200, `200, not ${status} ${body.code}`);
      const ids = new Set(replies.map(({ body }) => body.user?.id));
      run.check(ids.size === 1, `one player, not ${ids.size}`);
      const again = await login(run.random.pick(origins));
      run.check(ids.has(again.body.user?.id), "the same at the next start");
      const { rows } = await database.pool.query(
        "SELECT count(*)::int AS n FROM identities WHERE user_id = ANY($1)",
        [[...ids]],
      );
      run.check(rows[0].n === 1, `one identity, not ${rows[0].n}`);
      const refreshed = await refresh(run.random.pick(origins), again.body.refresh_token);
      const me = await ask(run.random.pick(origins), "GET /api/me", undefined, bearer(again.body));
      run.check(refreshed.status === 200 && me.status === 200, "who is in plays on");
    };
  },
};
