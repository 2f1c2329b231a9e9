import { lettersOf, PUBLIC_URL } from "../lib/world";
import { Connection, type Exchange } from "./connection";
import { betterAuth, contract, type Operation, REFRESH_PATH } from "./dialects";
import { proofsOf } from "./proofs";
import type { Answer, Cast, Question, Run, RunResult } from "./protocol";

/** With how many of its id tokens have served. */
type PlayedCast = Cast & { used: Record<"login_new" | "login_returning", number> };

const dialects = { contract, "better-auth": betterAuth };
const casts = new Map<string, PlayedCast>();
const MIX: [Operation, number][] = [
  ["me", 0.9],
  ["refresh", 0.98],
  ["login_access_token", 0.99],
  ["rename", 1],
];
let names = 0;

process.on("message", async (question: Question) => {
  const answer = async (): Promise<Answer> => {
    if (question.do === "cast") {
      casts.set(question.cast.contestant, {
        ...question.cast,
        used: { login_new: 0, login_returning: 0 },
      });
      return { id: question.id };
    }
    return { id: question.id, result: await run(question.run) };
  };
  process.send?.(await answer().catch((error) => ({ id: question.id, error: String(error) })));
});

async function run({ contestant, operation, seconds, requests, connections }: Run): Promise<RunResult> {
  const cast = casts.get(contestant);
  if (!cast) throw new Error(`no cast for ${contestant}`);
  const proofs = operation === "refresh_bound" ? presigned(cast, requests, seconds) : noProofs;
  const latencies: number[] = [];
  const failures: string[] = [];
  let remaining = requests ?? Number.POSITIVE_INFINITY;
  let deadline = Number.POSITIVE_INFINITY;
  let served = 0;
  let failed = 0;

  const loops = Array.from({ length: connections }, (_, number) => {
    const next = exchanges(cast, operation, number, connections, proofs);
    return new Connection(
      cast.port,
      () => (remaining-- > 0 && performance.now() < deadline ? next() : null),
      ({ milliseconds, ok }, failure) => {
        if (ok) served++;
        else failed++;
        if (failure && failures.length < 3) failures.push(failure);
        latencies.push(milliseconds);
      },
    );
  });
  await Promise.all(loops.map((loop) => loop.open()));
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (seconds) deadline = start + seconds * 1_000;
  await Promise.all(loops.map((loop) => loop.run()));
  const elapsed = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  for (const loop of loops) loop.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    served,
    failed,
    failures,
    seconds: elapsed,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    clientCpuSeconds: (user + system) / 1e6,
  };
}

/** Each connection plays every n-th player in turn, so that no session is used twice at once. */
function exchanges(
  cast: PlayedCast,
  operation: Operation,
  first: number,
  step: number,
  nextProof: () => string,
): () => Exchange {
  const dialect = dialects[cast.dialect];
  const spell = (single: Exclude<Operation, "mix">) => {
    const found = dialect[single];
    if (!found) throw new Error(`${cast.contestant} does not offer ${single}`);
    return found;
  };
  const own = <T>(all: T[], turn: number): T =>
    all[first + step * (turn % Math.floor(all.length / step))] as T;
  const material = (single: Operation, turn: number): string => {
    if (single === "refresh_bound") return nextProof();
    if (single === "rename") return lettersOf("Renamed", names++);
    if (single === "login_new") return cast.newIdTokens[cast.used.login_new++] ?? "";
    if (single === "login_returning") return cast.idTokens[cast.used.login_returning++] ?? "";
    return single === "login_access_token" ? own(cast.accessTokens, turn) : "";
  };
  const players = operation === "refresh_bound" ? cast.boundPlayers : cast.players;
  let turn = Math.floor(Math.random() * players.length);
  return () => {
    turn++;
    const single = operation === "mix" ? pick(Math.random()) : operation;
    return spell(single)(own(players, turn), material(single, turn));
  };
}

/** More than any contestant takes in a second. */
const MOST_PER_SECOND = 4_000;

/**
 * Proofs that are signed before the time that is measured begins, as each player's own device would have: signing them
 * meanwhile would take the machine from the contestant.
 */
function presigned({ deviceKey }: Cast, requests: number | undefined, seconds = 0): () => string {
  const sign = proofsOf(deviceKey, "POST", PUBLIC_URL + REFRESH_PATH);
  const proofs = Array.from({ length: requests ?? seconds * MOST_PER_SECOND }, sign);
  return () => proofs.pop() ?? sign();
}

const noProofs = () => "";

function pick(chance: number): Exclude<Operation, "mix"> {
  return (MIX.find(([, limit]) => chance < limit)?.[0] ?? "me") as Exclude<Operation, "mix">;
}
