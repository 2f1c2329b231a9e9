import type { Operation } from "../client/dialects";
import type { RowSize } from "../measures/footprint";
import type { GameServerRates } from "../measures/game-servers";
import type { Growth } from "../measures/growth";
import type { Memory } from "../measures/memory";
import type { Rates } from "../measures/rates";
import type { StartTimes } from "../measures/start";
import type { Workers } from "../measures/workers";
import { SERVER_OPERATIONS, type ServerOperation } from "./game-server";
import type { Measured } from "./stage";

export type Results = {
  /** When, on what machine, under which load. */
  setting: Record<string, string>;
  rates: Rates;
  gameServers: GameServerRates;
  growth: Growth;
  footprint: RowSize[];
  memory: Memory;
  start: StartTimes;
  workers: Workers;
  client: Measured;
  statementsOfRejected: number;
};

export type Bar = { name: string; wanted: string; measured: string; met: boolean };

/** What was promised, held against what was measured. */
export function bars({
  rates,
  gameServers,
  growth,
  memory,
  start,
  workers,
  statementsOfRejected,
}: Results): Bar[] {
  const ratio = (operation: Operation, peer: "bound" | "better-auth" | "prisma") =>
    (rates[operation].server?.perSecond ?? 0) / (rates[operation][peer]?.perSecond ?? Number.NaN);
  const slowest = (Object.keys(rates) as Operation[])
    .map((operation) => ({
      operation,
      times: (rates[operation].server?.p99 ?? 0) / (rates[operation].bound?.p99 ?? Number.NaN),
    }))
    .reduce((worst, next) => (next.times > worst.times ? next : worst));
  return [
    atLeast("refresh, of the bound", 0.8, ratio("refresh", "bound")),
    atLeast("me, of the bound", 0.75, ratio("me", "bound")),
    atLeast("me, of better-auth's get-session", 5, ratio("me", "better-auth")),
    atLeast("login by id token, of better-auth's", 4, ratio("login_returning", "better-auth")),
    atLeast("rename, of the bound", 0.8, ratio("rename", "bound")),
    atLeast("refresh, of plain Prisma", 3, ratio("refresh", "prisma")),
    ...gameServerBars(gameServers),
    atMost(`p99, of the bound's (worst: ${slowest.operation})`, 2, slowest.times, "×"),
    atMost("statements for 1,000 rejected tokens", 0, statementsOfRejected),
    atMost("memory after all requests, of that after a hundredth", 1.2, memory.late / memory.early, "×"),
    atMost("memory after all requests", 200, memory.late, " MB"),
    atLeast("refresh on the full database, of the small one", 0.9, growth.refresh.share),
    atLeast("me on the full database, of the small one", 0.9, growth.me.share),
    atMost(
      "p99 while sessions are cleaned up, of that before",
      2,
      growth.cleanUp.busy / growth.cleanUp.quiet,
      "×",
    ),
    atMost("start to first answer, PostgreSQL", 500, start.postgres, " ms"),
    atMost("start to first answer, embedded", 1_500, start.embedded, " ms"),
    atLeast("two workers, of one", 1.6, workers.gain),
  ];
}

function gameServerBars(rates: GameServerRates): Bar[] {
  return (Object.keys(SERVER_OPERATIONS) as ServerOperation[]).map((operation) =>
    atLeast(
      `${SERVER_OPERATIONS[operation]}, of the bound`,
      0.7,
      rates[operation].server / rates[operation].bound,
    ),
  );
}

function atLeast(name: string, wanted: number, measured: number): Bar {
  return { name, wanted: `≥ ${wanted} ×`, measured: `${measured.toFixed(2)} ×`, met: measured >= wanted };
}

function atMost(name: string, wanted: number, measured: number, unit = ""): Bar {
  const shown = unit === "×" ? `${measured.toFixed(2)} ×` : `${Math.round(measured)}${unit}`;
  return {
    name,
    wanted: `≤ ${wanted}${unit === "×" ? " ×" : unit}`,
    measured: shown,
    met: measured <= wanted,
  };
}
