import { describe, expect, test } from "bun:test";
import { prove } from "../faults/support/proof";
import { fuzzProofs } from "./proofs";

const seed = Number(process.env.SEED ?? 1);

describe(`with SEED=${seed}`, () => {
  for (const proof of fuzzProofs) {
    test(proof.title, async () => {
      const { losses, checked } = await prove(proof, seed, { rounds: proof.shortRounds });
      expect(losses).toEqual([]);
      expect(checked).toBeGreaterThan(0);
    }, 60_000);
  }
});
