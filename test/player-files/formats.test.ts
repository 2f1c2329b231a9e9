import { expect, test } from "bun:test";
import { FORMATS, type FormatName } from "../../src/player-files/formats/formats";
import type { FilePlayer } from "../../src/player-files/player";
import { records } from "../../src/player-files/records";
import { playerFile } from "../support/player-files";

const WORLD = {
  statRules: { best_score: "max", coins: "sum" },
  roles: [],
  providers: ["google", "google_play", "steam", "discord", "apple"],
  now: new Date("2026-01-01T00:00:00Z"),
} as const;

/** What a file tells, with the identities as `provider:subject`. */
async function told(from: FormatName, file: string) {
  const all: (Partial<Omit<FilePlayer, "identities">> & { ways: string[]; leftOut: string[] })[] = [];
  for await (const { content } of records(playerFile(file), { format: FORMATS[from] })) {
    if (content instanceof Error) throw content;
    const read = FORMATS[from].read(content, WORLD);
    if (!read) continue;
    const { identities, ...player } = read.player;
    const ways = identities.map(({ provider, subject }) => `${provider}:${subject}`);
    all.push({ ...player, ways, leftOut: read.leftOut });
  }
  return all;
}

test("the JSON of Firebase's command: Google's accounts, and no password, whatever its hash", async () => {
  const [ann, bob, anonymous, cheat, ...others] = await told("firebase", "firebase-users.json");
  expect(others).toEqual([]);
  expect(ann).toMatchObject({
    ways: ["firebase:3Xk2Yb7cQpVdE1fGhIjKlMnOpQr1", "google:110169484474386276334"],
    name: "Ann Fryer",
    email: "ann@players.example",
    emailVerified: true,
    picture: "https://lh3.example/ann.png",
    createdAt: new Date("2025-05-30T23:38:05Z"),
    lastLogin: new Date("2025-11-24T12:00:00Z"),
    ban: null,
    leftOut: ["facebook.com"],
  });
  expect(bob).toMatchObject({
    ways: ["firebase:7Qw8Er9TyUiOpAsDfGhJkLzXcVb2"],
    email: "bob@players.example",
    emailVerified: false,
    leftOut: ["password"],
  });
  expect(anonymous).toMatchObject({
    ways: ["firebase:9AsDfGhJkLqWeRtYuIoPzXcVbNm3"],
    leftOut: ["anonymous"],
  });
  expect(cheat?.ban).toEqual({ until: null, reason: "Disabled before the move." });
  expect(JSON.stringify([ann, bob, anonymous, cheat])).not.toContain("8Wq2cYhBq0m");
});

test("the CSV of Firebase's command, which has no headings and quotes only commas", async () => {
  const [ann, bob] = await told("firebase", "firebase-users.csv");
  expect(ann).toMatchObject({
    ways: ["firebase:3Xk2Yb7cQpVdE1fGhIjKlMnOpQr1", "google:110169484474386276334"],
    name: "Fryer, Ann",
    emailVerified: true,
    createdAt: new Date("2025-05-30T23:38:05Z"),
    leftOut: ["facebook.com"],
  });
  expect(bob).toMatchObject({ name: 'Bob "the Pan" B.', leftOut: ["password", "phone"] });
});

test("the users of Firebase's Admin SDK, with Apple's and Play Games' accounts", async () => {
  const [ann] = await told("firebase", "firebase-admin.json");
  expect(ann).toMatchObject({
    ways: [
      "firebase:3Xk2Yb7cQpVdE1fGhIjKlMnOpQr1",
      "apple:001234.0123456789abcdef0123456789abcdef.0123",
      "google_play:g08123456789012345678",
    ],
    createdAt: new Date("2025-05-30T23:38:05Z"),
    lastLogin: new Date("2025-11-24T12:00:00Z"),
    leftOut: ["password", "phone"],
  });
});

test("Nakama's table as CSV: every way in that there is here, never the password, and not the system user", async () => {
  const [ann, cook, zed, ...others] = await told("nakama", "nakama-users.csv");
  expect(others).toEqual([]);
  expect(ann).toMatchObject({
    ways: [
      "nakama:4c2ae592-b2a7-445e-98ec-697694478b1c",
      "google:110169484474386276334",
      "steam:76561197960287930",
    ],
    name: "Ann",
    email: "ann@players.example",
    emailVerified: true,
    stats: { coins: 12 },
    createdAt: new Date("2025-05-30T23:38:05.123Z"),
    leftOut: ["device", "password", "stat gems"],
  });
  expect(cook).toMatchObject({ name: "cook_no_7", leftOut: ["device"], ban: null });
  expect(cook?.ways).toHaveLength(1);
  expect(zed).toMatchObject({
    ways: [
      "nakama:6e4c07b4-d4c9-467a-bafe-8b98b669ad3e",
      "google_play:g08123456789012345678",
      "apple:001234.0123456789abcdef0123456789abcdef.0123",
    ],
    ban: { until: null },
    leftOut: ["custom"],
  });
});

test("the account that Nakama's console exports, with its scores", async () => {
  const [ann] = await told("nakama", "nakama-account.json");
  expect(ann).toMatchObject({
    ways: [
      "nakama:4c2ae592-b2a7-445e-98ec-697694478b1c",
      "google:110169484474386276334",
      "steam:76561197960287930",
    ],
    emailVerified: true,
    stats: { coins: 12, best_score: 9001 },
    leftOut: ["device", "password", "stat gems"],
  });
});

test("PlayFab's segment as TSV: linked accounts, statistics, and a ban that lasts", async () => {
  const [ann, bob, cy] = await told("playfab", "playfab-segment.tsv");
  // JSON may be in quotation marks, or as it is.
  expect(cy).toMatchObject({
    ways: ["playfab:1A1B2C3D4E5F6789", "google_play:g08123456789012345678"],
    stats: { best_score: 5 },
  });
  expect(ann).toMatchObject({
    ways: ["playfab:9F8E7D6C5B4A3210", "google:110169484474386276334", "steam:76561197960287930"],
    name: "Ann",
    email: "ann@players.example",
    emailVerified: true,
    picture: "https://pictures.example/ann.png",
    stars: 7,
    level: 1,
    stats: { best_score: 9001 },
    ban: null,
    leftOut: ["AndroidDevice", "stat XP"],
  });
  expect(bob).toMatchObject({
    ways: ["playfab:0A1B2C3D4E5F6789", "apple:001234.0123456789abcdef0123456789abcdef.0123"],
    ban: { until: new Date("2099-01-01T00:00:00Z") },
    leftOut: ["PSN"],
  });
});

test("PlayFab's answer as JSON, with Play Games and its older statistics", async () => {
  const [ann] = await told("playfab", "playfab-players.json");
  expect(ann).toMatchObject({
    ways: ["playfab:9F8E7D6C5B4A3210", "google_play:g08123456789012345678"],
    email: "ann@players.example",
    emailVerified: false,
    stats: { best_score: 9001 },
    leftOut: ["PlayFab"],
  });
});

test("CSV of one's own: columns in any case and order, a provider in each or all in one", async () => {
  const [ann, toma] = await told("csv", "players.csv");
  expect(ann).toMatchObject({
    ways: ["google:110169484474386276334", "steam:76561197960287930"],
    name: "Ann",
    emailVerified: true,
    stars: 7,
    level: 3,
    stats: { best_score: 9001 },
    roles: ["moderator"],
    createdAt: new Date("2025-05-30T21:38:05Z"),
  });
  expect(toma).toMatchObject({
    ways: ["google:110169484474386276335", "studio:to m"],
    name: "Тома",
    stars: 0,
    level: 1,
    createdAt: null,
  });
});
