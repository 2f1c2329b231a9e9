import { Connection, type Exchange } from "../client/connection";
import type { Contestant } from "../contestants/contestants";
import { createGameServer, SERVER_OPERATIONS, type ServerOperation } from "../lib/game-server";
import type { Plan } from "../lib/plan";
import { CONNECTIONS, type Stage } from "../lib/stage";
import { median } from "../lib/statistics";

/** Requests/s by operation, of this server and of the bound; medians of interleaved rounds. */
export type GameServerRates = Record<ServerOperation, { server: number; bound: number }>;

/** Tickets that a round may redeem: more than the bound does in two seconds. */
const TICKETS_PER_SECOND = 5_000;

const PEERS = ["server", "bound"] as const;

/** This server and the bound side by side, asked by a game server over 32 connections. */
export async function measureGameServers(
  stage: Stage,
  plan: Plan,
  say: (line: string) => void,
): Promise<GameServerRates> {
  const population = { users: plan.players, sessions: plan.players };
  const contestants = await Promise.all(
    PEERS.map(async (name) => {
      const database = `game_servers_${name}`;
      const start = await stage.database(database, population);
      const players = await stage.players(start, population, plan.players);
      const asking = await createGameServer(stage.cluster.url(database), stage.world.env, players);
      const game = { stats: { plates: "sum", best_score: "max" } };
      const script = name === "bound" ? "game-server-bound" : "server";
      return { name, asking, one: await stage.start(script, { database, file: { game } }) };
    }),
  );
  const rates = {} as GameServerRates;
  for (const operation of Object.keys(SERVER_OPERATIONS) as ServerOperation[]) {
    const rounds = { server: [] as number[], bound: [] as number[] };
    for (let round = 0; round <= plan.rounds; round++)
      for (const { name, asking, one } of round % 2 ? contestants.toReversed() : contestants) {
        if (operation === "redeem") await asking.sign(TICKETS_PER_SECOND * plan.seconds);
        const perSecond = await ask(one, asking.exchanges[operation], plan.seconds);
        // The first is to warm up.
        if (round > 0) rounds[name].push(perSecond);
      }
    rates[operation] = { server: median(rounds.server), bound: median(rounds.bound) };
    const { server, bound } = rates[operation];
    say(
      `${SERVER_OPERATIONS[operation]}, requests/s: server ${Math.round(server)}, bound ${Math.round(bound)}`,
    );
  }
  for (const { one, asking } of contestants) {
    await one.stop();
    await asking.close();
  }
  return rates;
}

/** @returns requests/s; throws when one was not served */
async function ask(
  { port }: Pick<Contestant, "port">,
  next: () => Exchange | null,
  seconds: number,
): Promise<number> {
  let served = 0;
  let failure: string | null = null;
  const deadline = performance.now() + seconds * 1_000;
  const loops = Array.from(
    { length: CONNECTIONS },
    () =>
      new Connection(
        port,
        () => (performance.now() < deadline ? next() : null),
        ({ ok }, failed) => {
          if (ok) served++;
          failure ??= failed;
        },
      ),
  );
  await Promise.all(loops.map((loop) => loop.open()));
  const start = performance.now();
  await Promise.all(loops.map((loop) => loop.run()));
  const elapsed = (performance.now() - start) / 1_000;
  for (const loop of loops) loop.close();
  if (failure !== null) throw new Error(`not served: ${(failure as string).slice(0, 500)}`);
  return served / elapsed;
}
