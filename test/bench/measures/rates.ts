import { betterAuth, contract, OPERATIONS, type Operation } from "../client/dialects";
import type { Contestant, ContestantName } from "../contestants/contestants";
import { CONTESTANTS } from "../contestants/contestants";
import type { Plan } from "../lib/plan";
import { type Length, type Measured, type Stage, strangers } from "../lib/stage";
import { medianOf } from "../lib/statistics";

/** Medians by operation and contestant; an operation that a contestant does not offer is missing. */
export type Rates = Record<Operation, Partial<Record<ContestantName, Measured>>>;

/** All contestants side by side: each operation in interleaved rounds, each round in another order. */
export async function measureRates(stage: Stage, plan: Plan, say: (line: string) => void): Promise<Rates> {
  const contestants = await startAll(stage, plan);
  const rates = {} as Rates;
  for (const operation of Object.keys(OPERATIONS) as Operation[]) {
    const taking = contestants.filter(({ name }) => offers(name, operation));
    const byIdToken = operation === "login_new" || operation === "login_returning";
    const length: Length = byIdToken ? { requests: plan.newcomers } : { seconds: plan.seconds };
    const warmUp = byIdToken
      ? plan.newcomers
      : Math.min(plan.warmUp, operation.startsWith("login") ? 2_000 : plan.warmUp);
    for (const one of taking) await stage.measure(one, one.name, operation, { requests: warmUp });
    const rounds = new Map<ContestantName, Measured[]>(taking.map(({ name }) => [name, []]));
    for (let round = 0; round < plan.rounds; round++) {
      for (let turn = 0; turn < taking.length; turn++) {
        const one = taking[(turn + round) % taking.length] as Contestant;
        rounds.get(one.name)?.push(await stage.measure(one, one.name, operation, length));
      }
    }
    rates[operation] = Object.fromEntries([...rounds].map(([name, rows]) => [name, medianOf(rows)]));
    const seen = Object.entries(rates[operation]).map(
      ([name, row]) => `${name} ${Math.round(row.perSecond)}`,
    );
    say(`${OPERATIONS[operation]}, requests/s: ${seen.join(", ")}`);
  }
  for (const one of contestants) await one.stop();
  return rates;
}

async function startAll(stage: Stage, plan: Plan): Promise<Contestant[]> {
  const bound = { sessions: plan.players, jkt: stage.world.device.jkt };
  const population = { users: plan.players, sessions: 2 * plan.players, bound };
  const logins = plan.returning + plan.newcomers * (plan.rounds + 1);
  const returning = await stage.googleTokens("old", logins, plan.returning);
  const newcomers = await stage.googleTokens("new", plan.newcomers * (plan.rounds + 1));
  const tokens = {
    idTokens: returning.map(({ id_token }) => id_token),
    accessTokens: (await stage.googleTokens("old", plan.returning)).map(({ access_token }) => access_token),
    newIdTokens: newcomers.map(({ id_token }) => id_token),
  };
  const contestants: Contestant[] = [];
  for (const name of Object.keys(CONTESTANTS) as ContestantName[]) {
    const database = `rates_${name.replace("-", "_")}`;
    const own = name === "better-auth";
    if (own) await stage.cluster.create(database);
    const start = own ? null : await stage.database(database, population);
    const one = await stage.start(name, { database });
    const players = start ? await stage.players(start, population, plan.players) : strangers(plan.returning);
    const boundPlayers = start ? await stage.players(start, population, plan.players, "bound") : [];
    await stage.cast(one, name, players, { ...tokens, boundPlayers });
    // Every returning player signs in once: the first time is another operation.
    await stage.measure(one, name, "login_returning", { requests: plan.returning });
    contestants.push(one);
  }
  return contestants;
}

function offers(name: ContestantName, operation: Operation): boolean {
  return name !== "better-auth" ? operation === "mix" || operation in contract : operation in betterAuth;
}
