import { GameServer } from "../../sdk/src/server/index.ts";
import { withClient } from "../../src/db/postgres";
import { seededRandom } from "../support/random";
import { Crowd } from "./crowd";
import { EVENTS } from "./events/events";
import { type Fleet, startFleet } from "./fleet";
import { compare, readRows } from "./ledger";
import { Player } from "./player";
import type { Outcome } from "./table";
import { Traffic } from "./traffic";
import { until } from "./until";
import { countedFetch } from "./wire";

/** Seconds between two things that one player does, on average. */
const SECONDS_BETWEEN_ACTS = 20;

/** How long nothing more happens after an event, in seconds, at least. */
const SETTLE_SECONDS = 5;

export type RunOptions = {
  players: number;
  seed: number;
  /** How long the events may take together, about; one that takes longer is waited for. */
  minutes: number;
  /** A folder that exists, for the files and logs of each engine. */
  home: string;
  stop: AbortSignal;
  say(line: string): void;
};

/**
 * Starts a fleet, has players play on it, lets everything happen to it, and holds it to what it acknowledged. Nothing is
 * left running.
 * @throws when a part does not start, or does not come back
 */
export async function runFleet(options: RunOptions): Promise<Outcome> {
  await using world = new AsyncDisposableStack();
  const { home, stop, say } = options;
  const fleet = await startFleet({ world, home, stop }, (line) => {
    stop.throwIfAborted();
    say(`starting ${line}`);
  });
  const traffic = new Traffic();
  try {
    // What the world holds is needed until then.
    return await play(fleet, options, traffic, world);
  } catch (error) {
    for (const [what, count] of traffic.problems) say(`${count} × ${what}`);
    throw error;
  }
}

async function play(
  fleet: Fleet,
  options: RunOptions,
  traffic: Traffic,
  world: AsyncDisposableStack,
): Promise<Outcome> {
  const { seed, stop, say } = options;
  const { origin, gameServerKey } = fleet;
  const random = seededRandom(seed, "players");
  const fetch = countedFetch(traffic, "192.0.2.1");
  const gameServer = new GameServer({ backendUrl: origin, key: gameServerKey, fetch });
  const playerWorld = { origin, traffic, random, gameServer, stop };
  const players = Array.from({ length: options.players }, (_, index) => new Player(playerWorld, index));
  world.defer(() => {
    for (const player of players) player.dispose();
  });
  const crowd = new Crowd(players, random, options.players / SECONDS_BETWEEN_ACTS);

  say(`${options.players} players sign in`);
  traffic.begin("signing in");
  await crowd.everybody((player) => player.signIn(), stop);
  stop.throwIfAborted();

  const ending = new AbortController();
  const playing = crowd.play(ending.signal, stop);
  try {
    await letHappen(fleet, options, traffic);
  } finally {
    ending.abort();
    await playing;
  }

  say("everybody refreshes with the last token");
  traffic.begin("everybody refreshes");
  await crowd.everybody((player) => player.refresh(), stop);
  stop.throwIfAborted();
  traffic.end();

  const superuser = await fleet.cluster.superuser();
  const database = { ...superuser, database: fleet.database.database };
  const rows = await withClient(database, (client) => readRows(client));
  const accounts = players.flatMap(({ account }) => account ?? []);
  const { kept, lost } = compare(accounts, rows);
  const signedOut = players.filter((player) => player.signedOut || !player.isSignedIn).length;
  const { phases, problems } = traffic;
  return { seed, players: options.players, phases, kept, lost, signedOut, problems };
}

/** One after the other, each with its share of the time. */
async function letHappen(
  fleet: Fleet,
  { seed, minutes, home, stop, say }: RunOptions,
  traffic: Traffic,
): Promise<void> {
  const random = seededRandom(seed, "events");
  const events = random.shuffled(EVENTS);
  const shareMs = (minutes * 60_000) / (events.length + 1);
  const share = async (name: string, happen: () => Promise<void>) => {
    const end = performance.now() + shareMs;
    say(name);
    traffic.begin(name);
    await happen();
    await served(traffic, stop);
    const settled = performance.now() + SETTLE_SECONDS * 1_000;
    while (performance.now() < Math.max(end, settled)) {
      stop.throwIfAborted();
      await Bun.sleep(250);
    }
  };
  await share("nothing happens", async () => {});
  const tools = { home, random, stop, say: (line: string) => say(`  ${line}`) };
  for (const event of events) await share(event.name, () => event.happen(fleet, tools));
}

/** Resolves when somebody has been served since. */
async function served(traffic: Traffic, stop: AbortSignal): Promise<void> {
  const since = traffic.lastSuccessAt;
  await until("answer to any player", () => traffic.lastSuccessAt > since, { seconds: 120, stop });
}
