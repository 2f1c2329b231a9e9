import { describe, expect, test } from "bun:test";
import { decodeProtectedHeader } from "jose";
import { systemClock } from "../../src/clock";
import { createAccessTokens } from "../../src/session/access-token";
import { createIssuer } from "../../src/session/issuer";
import { tokenKeys, vectorFiles } from "./support/jws-vectors";

const OPTIONS = {
  expiresInSeconds: 3_600,
  audience: "robotouille",
  issuer: createIssuer({ publicUrl: null, port: 8_000 }),
  firstPartyIds: [],
};

for (const [name, { testGroups }] of vectorFiles()) {
  describe(name, () => {
    // Valid or not, none of them carries our claims.
    test.each(testGroups.map((group) => [group.comment, group] as const))(
      "S6 S7 S17 S22 %s: nothing of it is a token of ours, even under its own key",
      async (_comment, { tests, ...keys }) => {
        const own = await tokenKeys(keys.public ?? keys.private ?? {});
        for (const { tcId, jws: given } of tests) {
          const jws = typeof given === "string" ? given : JSON.stringify(given);
          for (const key of own) {
            const tokens = createAccessTokens([{ ...key, id: keyIdOf(jws) }], OPTIONS, systemClock);
            expect([tcId, await tokens.verify(jws)]).toEqual([tcId, null]);
          }
        }
      },
    );
  });
}

function keyIdOf(jws: string): string {
  try {
    return decodeProtectedHeader(jws).kid ?? "";
  } catch {
    return "";
  }
}
