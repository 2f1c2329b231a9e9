import type { Plan } from "../lib/plan";
import type { Stage } from "../lib/stage";

/** Resident megabytes of this server after a hundredth of the requests and after all of them. */
export type Memory = { early: number; late: number };

/** One server, an hour of a game again and again, and nothing else. */
export async function measureMemory(stage: Stage, { players, returning, requests }: Plan): Promise<Memory> {
  const population = { users: players, sessions: players };
  const start = await stage.database("memory", population);
  const server = await stage.start("server", { database: "memory" });
  // Players of their own, so that no session of the others is the one too many.
  const tokens = await stage.googleTokens("old", returning);
  const accessTokens = tokens.map(({ access_token }) => access_token);
  await stage.cast(server, "memory", await stage.players(start, population, players), { accessTokens });
  const early = await stage.measure(server, "memory", "mix", { requests: requests / 100 });
  const late = await stage.measure(server, "memory", "mix", { requests: requests - requests / 100 });
  await server.stop();
  return { early: early.residentMegabytes, late: late.residentMegabytes };
}
