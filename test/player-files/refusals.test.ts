import { expect, test } from "bun:test";
import { checkPlayer } from "../../src/player-files/check-player";
import { Fields } from "../../src/player-files/fields";
import { FORMATS } from "../../src/player-files/formats/formats";
import { RefusedRecord } from "../../src/player-files/player";

const WORLD = {
  statRules: { wins: "sum" },
  roles: ["tester"],
  providers: ["google", "steam"],
  now: new Date(),
} as const;

function reasonOf(record: Record<string, unknown>): string | null {
  try {
    const read = FORMATS.json.read(Fields.of(record), WORLD);
    if (read) checkPlayer(read.player);
    return null;
  } catch (error) {
    if (error instanceof RefusedRecord) return error.reason;
    throw error;
  }
}

const GOOGLE = { google: "1001" };

test.each([
  [GOOGLE, null],
  [{ identities: "google:1 steam:76561197960287930" }, null],
  [{ identities: "google" }, "bad_identity"],
  [{ identities: "google:" }, "bad_identity"],
  [{ identities: "Google:1" }, "bad_identity"],
  [{ identities: "google:%zz" }, "bad_identity"],
  [{ google: "x".repeat(256) }, "bad_identity"],
  [{ google: "1\n2" }, "bad_identity"],
  [{ steam: "7.65612E+16" }, "bad_identity"],
  [{ ...GOOGLE, name: "Zo\uFFFD" }, "not_utf8"],
  [{ ...GOOGLE, name: "A\0nn" }, "not_utf8"],
  [{ ...GOOGLE, email: "ann" }, "bad_email"],
  [{ ...GOOGLE, email: "ann@players.example", email_verified: "perhaps" }, "bad_boolean"],
  [{ ...GOOGLE, stars: "many" }, "bad_number"],
  [{ ...GOOGLE, stars: -1 }, "bad_number"],
  [{ ...GOOGLE, level: 2 ** 31 }, "bad_number"],
  [{ ...GOOGLE, id: 2_000_000_001 }, "bad_number"],
  [{ ...GOOGLE, stats: { wins: 3 } }, null],
  [{ ...GOOGLE, stats: { losses: 3 } }, "bad_stat"],
  [{ ...GOOGLE, stats: { wins: 0.5 } }, "bad_stat"],
  [{ ...GOOGLE, stats: "{" }, "unreadable"],
  [{ ...GOOGLE, roles: "moderator tester" }, null],
  [{ ...GOOGLE, roles: ["owner"] }, "bad_role"],
  [{ ...GOOGLE, created_at: "2025-05-30 23:38:05+00" }, null],
  [{ ...GOOGLE, created_at: "30.5.2025" }, "bad_time"],
  [{ ...GOOGLE, created_at: "2025-05-30T23:38:05" }, "bad_time"],
  [{ ...GOOGLE, created_at: "2025-13-30T23:38:05Z" }, "bad_time"],
])("%j: %p", (record, reason) => {
  expect(reasonOf(record)).toBe(reason);
});
