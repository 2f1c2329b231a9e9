import { afterAll, describe, expect, test } from "bun:test";
import { binaries, postgresAvailable } from "../support/postgres";
import { type Proof, prove } from "../support/proof";
import { PROOFS, stopSharedWorlds } from "./proofs";

// The short form of each proof; `bun run soak` is the long one.
const seed = Number(process.env.FAULT_SEED ?? 1);
console.log(`FAULT_SEED=${seed}`);

function cannotRun({ database }: Proof): boolean {
  if (database === "embedded") return false;
  return !postgresAvailable() || (database === "restartable" && binaries() === null);
}

afterAll(stopSharedWorlds);

describe("nothing is lost", () => {
  for (const proof of PROOFS) {
    test.skipIf(cannotRun(proof))(
      proof.title,
      async () => {
        const { losses, checked } = await prove(proof, seed, { rounds: proof.shortRounds });
        expect(losses).toEqual([]);
        expect(checked).toBeGreaterThan(0);
      },
      120_000,
    );
  }
});
