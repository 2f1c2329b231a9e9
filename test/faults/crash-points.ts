import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SessionAnswer } from "../../src/session/model";
import {
  ask,
  bearer,
  freshAccount,
  freshName,
  googleToken,
  newGuestKey,
  outcome,
  playAsGuest,
  type Reply,
  refresh,
  signIn,
} from "../support/client";
import { inSomeOrder, listedPoints } from "../support/crash-points";
import { newDevice } from "../support/dpop";
import { folderWithDatabase } from "../support/embedded";
import type { Proof, Run } from "../support/proof";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PRELOAD = resolve(import.meta.dirname, "../support/crash-preload.ts");

type World = { origin: string; google: { origin: string } };

/** A request that can be sent again, made ready; `holds` looks at what the successful repetition left behind. */
type Repeatable = {
  send(origin: string): Promise<Reply>;
  holds(origin: string, reply: Reply): Promise<boolean>;
};

/** What is killed: each makes its own player ready first. */
const OPERATIONS: Record<string, (world: World) => Promise<Repeatable>> = {
  async "first login"({ google }) {
    return loginOf(await googleToken(google));
  },
  async login({ origin, google }) {
    const account = freshAccount();
    const { user } = await signIn(origin, google, account);
    const login = loginOf(await googleToken(google, account));
    return {
      ...login,
      holds: async (at, reply) => reply.body.user.id === user.id && (await login.holds(at, reply)),
    };
  },
  async refresh({ origin, google }) {
    return refreshOf(await signIn(origin, google));
  },
  async "refresh of a bound session"({ origin }) {
    const device = await newDevice();
    const proven = async (at: string, path: string, body: object) =>
      ask(at, `POST ${path}`, body, { dpop: await device.proof("POST", at + path) });
    const { body } = await proven(origin, "/api/login", { provider: "guest", guest_key: newGuestKey() });
    const { refresh_token } = body;
    return {
      send: (at) => proven(at, "/api/refresh", { refresh_token }),
      holds: async (at, reply) =>
        (await proven(at, "/api/refresh", { refresh_token: reply.body.refresh_token })).status === 200 &&
        (await proven(at, "/api/refresh", { refresh_token })).status === 200,
    };
  },
  async "repeated refresh"({ origin, google }) {
    const session = await signIn(origin, google);
    await refresh(origin, session.refresh_token);
    return refreshOf(session);
  },
  async rename({ origin, google }) {
    const session = await signIn(origin, google);
    const new_username = freshName();
    return {
      send: (at) => ask(at, "POST /api/update_username", { new_username }, bearer(session)),
      holds: async (at) =>
        (await ask(at, "GET /api/me", undefined, bearer(session))).body.user.name === new_username,
    };
  },
  async link({ origin, google }) {
    const account = freshAccount();
    const session = await playAsGuest(origin);
    const access_token = await googleToken(google, account);
    return {
      send: (at) => ask(at, "POST /api/identities", { access_token }, bearer(session)),
      holds: async (at) => (await signIn(at, google, account)).user.id === session.user.id,
    };
  },
  async "merge, keeping mine"(world) {
    return mergeOf(world, "mine");
  },
  async "merge, keeping theirs"(world) {
    return mergeOf(world, "theirs");
  },
  async "undoing a merge"({ origin, google }) {
    const { key, account, mine, theirs, ticket } = await conflict({ origin, google });
    await ask(origin, "POST /api/identities/resolve", { ticket, keep: "mine" }, bearer(mine));
    const { body } = await ask(origin, "GET /api/changes", undefined, bearer(mine));
    return {
      send: (at) => ask(at, `POST /api/changes/${body.changes?.[0]?.id}/undo`, undefined, bearer(mine)),
      holds: async (at) =>
        (await playAsGuest(at, key)).user.id === mine.user.id &&
        (await signIn(at, google, account)).user.id === theirs.user.id &&
        (await refresh(at, mine.refresh_token)).body.user.id === mine.user.id &&
        (await refresh(at, theirs.refresh_token)).body.user.id === theirs.user.id,
    };
  },
  async "transfer to a new device"({ origin }) {
    const session = await playAsGuest(origin);
    const { body } = await ask(origin, "POST /api/transfer_code", undefined, bearer(session));
    return {
      send: (at) => ask(at, "POST /api/login", { transfer_code: body.transfer_code }),
      holds: async (at, reply) => reply.body.user.id === session.user.id && (await works(at, reply)),
    };
  },
  async logout({ origin, google }) {
    const { refresh_token } = await signIn(origin, google);
    return {
      send: (at) => ask(at, "POST /api/logout", { refresh_token }),
      holds: async (at) => (await refresh(at, refresh_token)).status === 401,
    };
  },
};

/** A guest who wants the account of another player. */
async function conflict({ origin, google }: World) {
  const key = newGuestKey();
  const account = freshAccount();
  const theirs = await signIn(origin, google, account);
  const mine = await playAsGuest(origin, key);
  const access_token = await googleToken(google, account);
  const { body } = await ask(origin, "POST /api/identities", { access_token }, bearer(mine));
  return { key, account, mine, theirs, ticket: body.ticket };
}

async function mergeOf(world: World, keep: "mine" | "theirs"): Promise<Repeatable> {
  const { key, account, mine, theirs, ticket } = await conflict(world);
  const kept = keep === "mine" ? mine : theirs;
  const resolve = (at: string, session: SessionAnswer) =>
    ask(at, "POST /api/identities/resolve", { ticket, keep }, bearer(session));
  return {
    // As the SDK does: the access token of the player who was given up is refused, the refresh token is not.
    async send(at) {
      const reply = await resolve(at, mine);
      return reply.status === 401 ? resolve(at, (await refresh(at, mine.refresh_token)).body) : reply;
    },
    holds: async (at, reply) =>
      reply.body.user.id === kept.user.id &&
      (await playAsGuest(at, key)).user.id === kept.user.id &&
      (await signIn(at, world.google, account)).user.id === kept.user.id &&
      (await works(at, reply)),
  };
}

function loginOf(access_token: string): Repeatable {
  return { send: (at) => ask(at, "POST /api/login", { access_token }), holds: works };
}

function refreshOf({ refresh_token }: SessionAnswer): Repeatable {
  return { send: (at) => refresh(at, refresh_token), holds: works };
}

async function works(origin: string, { body }: Reply): Promise<boolean> {
  const me = await ask(origin, "GET /api/me", undefined, bearer(body));
  return me.status === 200 && (await refresh(origin, body.refresh_token)).status === 200;
}

/** Kills the server before and after each statement of each operation, in an order of the seed's. */
async function crashPoints(run: Run, folder: string, databaseEnv: Record<string, string>) {
  const google = googleOf(run.world);
  const command = join(folder, "crash-at");
  const spawn = () => spawnServer({ folder, env: { ...google.env, ...databaseEnv }, preload: PRELOAD });
  let server = await spawn();
  run.world.defer(() => server.kill());

  const points: { operation: string; at: string }[] = [];
  for (const [operation, makeReady] of Object.entries(OPERATIONS)) {
    const { send } = await makeReady({ origin: server.origin, google });
    writeFileSync(command, "list");
    await send(server.origin);
    rmSync(command);
    points.push(...listedPoints(folder).map((at) => ({ operation, at })));
  }
  const pointOf = inSomeOrder(run, points);

  return async (round: number) => {
    const point = pointOf(round);
    const what = `${point.operation}, killed ${point.at}`;
    const request = await OPERATIONS[point.operation]?.({ origin: server.origin, google });
    if (!request) return;
    writeFileSync(command, point.at);
    run.fault();
    const unanswered = await outcome(request.send(server.origin));
    run.check(unanswered === null, `${what}: no answer came, as meant`);
    await (unanswered ? server.kill() : server.exited);
    rmSync(command);
    server = await spawn();
    const reply = await request.send(server.origin);
    run.check(reply.status === 200, `${what}: the repetition is answered ${reply.status} ${reply.body.code}`);
    run.check(await request.holds(server.origin, reply), `${what}: what it did holds`);
  };
}

export const crashPointsEmbedded: Proof = {
  name: "crash points, embedded",
  title: "S28 S29 S37 killed before and after every statement, a repetition works (embedded database)",
  database: "embedded",
  shortRounds: 2,
  longRounds: 100,
  share: 3,
  prepare: async (run) => crashPoints(run, await folderWithDatabase(run.world), {}),
};

export const crashPointsPostgres: Proof = {
  name: "crash points, PostgreSQL",
  title: "S28 S29 S37 killed before and after every statement, a repetition works (PostgreSQL)",
  database: "postgres",
  shortRounds: 3,
  longRounds: 100,
  share: 2,
  async prepare(run) {
    const database = await databaseOf(run.world);
    return crashPoints(run, serverFolder(run.world), database.env());
  },
};
