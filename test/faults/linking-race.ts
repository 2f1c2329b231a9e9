import type { Database } from "../../src/db/database";
import type { SessionAnswer } from "../../src/session/model";
import {
  ask,
  bearer,
  freshAccount,
  googleToken,
  newGuestKey,
  playAsGuest,
  type Reply,
  refresh,
  signIn,
} from "../support/client";
import type { Proof, Run } from "../support/proof";
import { sharedReplicas } from "../support/replicas";

type World = { origins: readonly string[]; google: { origin: string } };

const CALLERS = 10;

/** What players may do at the same moment, at two processes. Each returns the players that it was about. */
const RACES: Record<string, (run: Run, world: World) => Promise<number[]>> = {
  async "ten players link one account"(run, { origins, google }) {
    const account = freshAccount();
    const guests = await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => playAsGuest(at(origins, caller))),
    );
    const replies = await Promise.all(
      guests.map(async (guest, caller) =>
        link(at(origins, caller + 1), guest, await googleToken(google, account)),
      ),
    );
    const winners = replies.filter(({ status }) => status === 200);
    run.check(winners.length === 1, `one has it, not ${winners.length}`);
    run.check(
      replies.every(({ status }) => status === 200 || status === 409),
      "the others are told whose it is",
    );
    const owner = (await signIn(at(origins, 0), google, account)).user.id;
    run.check(winners[0]?.body.user.id === owner, "who was told so has it");
    return guests.map(({ user }) => user.id);
  },

  async "a link and an unlink"(run, { origins, google }) {
    const guest = await playAsGuest(at(origins, 0));
    const access_token = await googleToken(google);
    const [linked, gone] = await Promise.all([
      link(at(origins, 0), guest, access_token),
      unlink(at(origins, 1), guest, "guest"),
    ]);
    run.check(linked.status === 200, `linked, not ${linked.status}`);
    run.check([204, 422].includes(gone.status), `unlinked or refused, not ${gone.status}`);
    return [guest.user.id];
  },

  async "two unlinks"(run, { origins, google }) {
    const guest = await playAsGuest(at(origins, 0));
    await link(at(origins, 0), guest, await googleToken(google));
    const statuses = await Promise.all(
      ["guest", "google"].map(
        async (provider, caller) => (await unlink(at(origins, caller), guest, provider)).status,
      ),
    );
    run.check(statuses.sort().join() === "204,422", `one way in is left: ${statuses}`);
    return [guest.user.id];
  },

  async "merges that keep different players, sign-ins and refreshes"(run, { origins, google }) {
    const [key, account] = [newGuestKey(), freshAccount()];
    const theirs = await signIn(at(origins, 0), google, account);
    const mine = await Promise.all([0, 1].map((caller) => playAsGuest(at(origins, caller), key)));
    const access_token = await googleToken(google, account);
    const tickets = await Promise.all(
      mine.map(
        async (session, caller) => (await link(at(origins, caller), session, access_token)).body.ticket,
      ),
    );
    const keeps = run.random.shuffled(["mine", "theirs"]);
    const [one, other] = mine as [SessionAnswer, SessionAnswer];
    const [, , ...sessions] = await Promise.all([
      resolve(at(origins, 0), one, tickets[0], keeps[0]),
      resolve(at(origins, 1), other, tickets[1], keeps[1]),
      playAsGuest(at(origins, 1), key),
      signIn(at(origins, 0), google, account),
      refresh(at(origins, 1), theirs.refresh_token).then(({ body }) => body),
    ]);
    const player = (await playAsGuest(at(origins, 0), key)).user.id;
    run.check(
      player === (await signIn(at(origins, 1), google, account)).user.id,
      "both ways in are one player",
    );
    for (const session of [...sessions, ...mine].filter((session) => session.refresh_token)) {
      const { status, body } = await refresh(at(origins, 0), session.refresh_token);
      run.check(status === 401 || body.user.id === player, `a device is out or the kept player's: ${status}`);
    }
    return [theirs.user.id, one.user.id];
  },
};

export const linkingRace: Proof = {
  name: "linking race",
  title:
    "links, unlinks and merges at two processes at once leave every account one player's and every player a way in",
  database: "postgres",
  shortRounds: 8,
  longRounds: 600,
  share: 1,
  async prepare(run) {
    const { database, origins, google } = await sharedReplicas();
    const races = Object.entries(RACES);
    return async (round) => {
      const [name, race] = races[(round - 1) % races.length] as (typeof races)[number];
      run.fault();
      const players = await race(run, { origins, google });
      for (const broken of await inconsistent(database, players)) run.check(false, `${name}: ${broken}`);
    };
  },
};

/** What must never be, of these players. */
async function inconsistent({ pool }: Pick<Database, "pool">, players: number[]): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT u.id, u.merged_into, u.providers,
       (SELECT array_agg(DISTINCT i.provider::text ORDER BY i.provider::text) FROM identities AS i WHERE i.user_id = u.id) AS identities,
       (SELECT count(*)::int FROM refresh_tokens AS s WHERE s.user_id = u.id AND s.revoked_at IS NULL) AS devices
     FROM users AS u WHERE u.id = ANY($1)`,
    [players],
  );
  return rows.flatMap(({ id, merged_into, providers, identities, devices }) => {
    if (merged_into !== null)
      return identities === null && devices === 0 ? [] : [`player ${id} was given up, and has something`];
    return String(providers) === String(identities)
      ? []
      : [`player ${id} has ${identities}, and says ${providers}`];
  });
}

function at(origins: readonly string[], caller: number): string {
  return origins[caller % origins.length] as string;
}

function link(origin: string, session: SessionAnswer, access_token: string): Promise<Reply> {
  return ask(origin, "POST /api/identities", { access_token }, bearer(session));
}

function unlink(origin: string, session: SessionAnswer, provider: string): Promise<Reply> {
  return ask(origin, `DELETE /api/identities/${provider}`, undefined, bearer(session));
}

function resolve(
  origin: string,
  session: SessionAnswer,
  ticket: string | undefined,
  keep: string | undefined,
) {
  return ask(origin, "POST /api/identities/resolve", { ticket, keep }, bearer(session));
}
