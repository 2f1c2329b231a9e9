import { describe, expect, test } from "bun:test";
import { prove } from "../support/proof";
import { FUZZ_PROOFS } from "./proofs";

const seed = Number(process.env.FAULT_SEED ?? 1);

describe(`with FAULT_SEED=${seed}`, () => {
  for (const proof of FUZZ_PROOFS) {
    test(proof.title, async () => {
      const { losses, checked } = await prove(proof, seed, { rounds: proof.shortRounds });
      expect(losses).toEqual([]);
      expect(checked).toBeGreaterThan(0);
    }, 60_000);
  }
});
