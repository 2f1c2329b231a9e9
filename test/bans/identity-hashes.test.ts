import { describe, expect, test } from "bun:test";
import { createIdentityHashes } from "../../src/bans/identity-hashes";
import type { SecurityConfig } from "../../src/config/config";
import { loadKeyRing } from "../../src/session/keys";
import { createStores } from "../../src/stores";
import { onEachDatabase } from "../support/suite";

const SECRETS = ["a", "b", "c"].map((letter) => letter.repeat(64));
const IDENTITY = { provider: "google", subject: "4711" };

onEachDatabase((at) => {
  const world = async (...secrets: number[]) => {
    const { config, database, clock } = at.server;
    const [current, ...accepted] = secrets.map((n) => ({ algorithm: "HS256", secret: SECRETS[n] }));
    const keyRing = await loadKeyRing({ current, accepted } as unknown as SecurityConfig, "");
    const warnings: string[] = [];
    const { bans } = createStores(database, clock, config);
    const hashes = createIdentityHashes({ bans, keyRing, clock, onWarning: (line) => warnings.push(line) });
    return { hash: await hashes(), warnings };
  };

  describe("What is kept of an identity", () => {
    test("is the same in every process, also when several make the first key at once", async () => {
      const worlds = await Promise.all([world(0), world(0), world(0)]);
      const [first, ...others] = worlds.map(({ hash }) => hash(IDENTITY)[0]);
      for (const other of others) expect(other).toEqual(first!);
      expect(worlds[0]!.hash({ provider: "google", subject: "4712" })[0]).not.toEqual(first!);
    });

    test("is the same when the secret has been rotated, twice, and the first one is forgotten", async () => {
      const [before] = (await world(0)).hash(IDENTITY);
      const [during] = (await world(1, 0)).hash(IDENTITY);
      const { hash, warnings } = await world(2, 1);
      expect([during, hash(IDENTITY)[0], warnings]).toEqual([before, before, []]);
    });

    test("is known again when a secret that was gone comes back; until then there is another key, and a warning", async () => {
      const [before] = (await world(2)).hash(IDENTITY);
      const lost = await world(0);
      expect(lost.hash(IDENTITY)).toHaveLength(1);
      expect(lost.hash(IDENTITY)[0]).not.toEqual(before);
      expect(lost.warnings).toEqual([expect.stringContaining("a secret that is gone")]);
      const back = await world(0, 2);
      expect(back.hash(IDENTITY)).toEqual([lost.hash(IDENTITY)[0], before]);
    });
  });
});
