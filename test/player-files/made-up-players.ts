import { once } from "node:events";
import { createWriteStream } from "node:fs";

// Invented players in the shape of each system's export, as many as one likes.

const NAMES = [
  "Ann",
  "Bob",
  "Chef Ann",
  "Zoë",
  "Тома",
  "李雷",
  "x",
  "first.last.of.somewhere.else",
  "🍕🍕",
  "=SUM(A1)",
];

export const MADE_UP = { csv, firebase, nakama, playfab } as const;

export type MadeUp = keyof typeof MADE_UP;

/** Writes a file of so many players, a little at a time. */
export async function writeMadeUp(kind: MadeUp, count: number, path: string): Promise<void> {
  const file = createWriteStream(path);
  for (const piece of MADE_UP[kind](count)) if (!file.write(piece)) await once(file, "drain");
  file.end();
  await once(file, "finish");
}

function* csv(count: number) {
  yield "name,email,email_verified,google,steam,stars,created_at\r\n";
  for (let n = 1; n <= count; n++)
    yield `"${nameOf(n)}",${n}@players.example,true,${googleId(n)},${steamId(n)},${n % 50},2025-01-02T03:04:05Z\r\n`;
}

function* firebase(count: number) {
  yield '{"users": [\n';
  for (let n = 1; n <= count; n++) {
    const user = {
      localId: `uid${String(n).padStart(25, "0")}`,
      email: `${n}@players.example`,
      emailVerified: true,
      passwordHash: "tJ0ZcT4vZn0gkOg3gJx6V3a+Yf0=",
      salt: "c2FsdA==",
      displayName: nameOf(n),
      photoUrl: `https://pictures.example/${n}.png`,
      lastSignedInAt: "1735787045000",
      createdAt: "1700000000000",
      providerUserInfo: [{ providerId: "google.com", rawId: googleId(n), email: `${n}@players.example` }],
    };
    yield (n === 1 ? "" : ",\n") + JSON.stringify(user, null, 2);
  }
  yield "]}\n";
}

function* nakama(count: number) {
  yield "id,username,display_name,email,google_id,steam_id,custom_id,wallet,create_time,verify_time,disable_time\n";
  for (let n = 1; n <= count; n++)
    yield `00000000-0000-4000-8000-${String(n).padStart(12, "0")},user${n},"${nameOf(n)}",,${googleId(n)},${steamId(n)},,"{""coins"": ${n}}",2025-01-02 03:04:05.678+00,1970-01-01 00:00:00+00,1970-01-01 00:00:00+00\n`;
}

function* playfab(count: number) {
  yield "PlayerId\tDisplayName\tCreated\tLastLogin\tLinkedAccounts\tStatistics\n";
  for (let n = 1; n <= count; n++) {
    const linked = JSON.stringify([{ Platform: "Steam", PlatformUserId: steamId(n) }]).replaceAll('"', '""');
    yield `${n.toString(16).toUpperCase().padStart(16, "0")}\t"${nameOf(n)}"\t2025-01-02T03:04:05Z\t2026-01-02T03:04:05Z\t"${linked}"\t"{""Stars"":${n % 50}}"\n`;
  }
}

/** Of ten three are called like many others, some of them as nobody may be called here. */
function nameOf(n: number): string {
  return n % 10 < 7 ? `player${n}` : `${NAMES[Math.floor(n / 10) % NAMES.length]}`;
}

function googleId(n: number): string {
  return `1${String(n).padStart(20, "0")}`;
}

function steamId(n: number): string {
  return String(76_561_197_960_265_728n + BigInt(n));
}
