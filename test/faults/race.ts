import { ask, bearer, outcome, refresh, signIn } from "../support/client";
import type { Proof } from "../support/proof";
import { sharedReplicas } from "../support/replicas";
import { letTimePass, sessionIdOf, sessionRow } from "../support/session-row";

const GRACE_SECONDS = 60;

export const race: Proof = {
  name: "race",
  title: "S27 one token refreshed by 2 to 64 callers at two processes: one step, all 200, one successor",
  database: "postgres",
  shortRounds: 12,
  longRounds: 1_000,
  share: 4,
  async prepare(run) {
    const { google, database, origins } = await sharedReplicas();
    let session = await signIn(origins[0] ?? "", google);
    const sessionId = sessionIdOf(session);
    return async () => {
      const before = await sessionRow(database.pool, sessionId);
      const callers = run.random.integer(2, 64);
      run.fault(callers - 1);
      const replies = await Promise.all(
        Array.from({ length: callers }, (_, caller) =>
          refresh(origins[caller % 2] as string, session.refresh_token),
        ),
      );
      const after = await sessionRow(database.pool, sessionId);
      const successors = new Set(replies.map(({ body }) => body.refresh_token));
      for (const { status, body } of replies) run.check(status === 200, `200, not ${status} ${body.code}`);
      run.check(successors.size === 1, `one successor, not ${successors.size}`);
      run.check(after.generation === before.generation + 1, "one step");
      session = replies[0]?.body ?? session;
    };
  },
};

export const theft: Proof = {
  name: "theft",
  title: "S26 S30 thief and victim in turn are caught within two steps, whoever comes first",
  database: "postgres",
  shortRounds: 10,
  longRounds: 300,
  share: 1,
  async prepare(run) {
    const { google, database, origins } = await sharedReplicas();
    return async () => {
      let session = await signIn(run.random.pick(origins), google);
      const sessionId = sessionIdOf(session);
      const stealAfter = run.random.integer(0, 3);
      for (let step = 0; step < stealAfter; step++) {
        session = (await refresh(run.random.pick(origins), session.refresh_token)).body;
      }
      run.fault();
      const held = [session.refresh_token, session.refresh_token];
      const first = run.random.integer(0, 1);
      const turn = async (party: number) => {
        await letTimePass(database.pool, sessionId, GRACE_SECONDS + 1);
        const reply = await refresh(run.random.pick(origins), held[party] ?? "");
        if (reply.status === 200) held[party] = reply.body.refresh_token;
        return reply;
      };
      run.check((await turn(first)).status === 200, "whoever comes first cannot be told from the owner");
      const second = await turn(1 - first);
      run.check(second.body.code === "invalid_grant", "the other is refused");
      const { revoked_at } = await sessionRow(database.pool, sessionId);
      run.check(revoked_at !== null, "the session is revoked, although the answer was a 401");
      run.check((await turn(first)).body.code === "invalid_grant", "the first is refused from then on");
    };
  },
};

export const logoutRace: Proof = {
  name: "logout race",
  title: "S36 S37 S38 a logout amid refreshes: nothing works once it has answered",
  database: "postgres",
  shortRounds: 10,
  longRounds: 300,
  share: 1,
  async prepare(run) {
    const { google, origins } = await sharedReplicas();
    return async () => {
      const session = await signIn(run.random.pick(origins), google);
      const callers = run.random.integer(1, 16);
      const position = run.random.integer(0, callers);
      const requests = Array.from({ length: callers }, () => () => {
        return refresh(run.random.pick(origins), session.refresh_token);
      });
      const logout = () =>
        ask(run.random.pick(origins), "POST /api/logout", { refresh_token: session.refresh_token });
      run.fault();
      const replies = await Promise.all([
        ...requests.slice(0, position).map((request) => request()),
        logout(),
        ...requests.slice(position).map((request) => request()),
      ]);
      run.check(replies[position]?.status === 200, "the logout is answered 200");
      const seen = [session, ...replies.filter(({ body }) => body.access_token).map(({ body }) => body)];
      for (const origin of origins) {
        for (const { refresh_token } of seen) {
          run.check(
            (await refresh(origin, refresh_token)).body.code === "invalid_grant",
            "no token refreshes",
          );
        }
        const me = await ask(origin, "GET /api/me", undefined, bearer(run.random.pick(seen)));
        run.check(me.status === 401, "no access token opens anything");
      }
      run.check((await outcome(logout()))?.status === 200, "a second logout is no error");
    };
  },
};
