import type { Fields } from "../fields";
import { type FileIdentity, NOBODY, type ReadPlayer, RefusedRecord } from "../player";
import type { Format } from "./format";

/** What Firebase calls the providers that there are here. */
const PROVIDERS: Record<string, string> = {
  "google.com": "google",
  "apple.com": "apple",
  "playgames.google.com": "google_play",
};

/** Of whom the CSV has four columns each: id, email, name, picture. */
const IN_COLUMNS = ["google.com", "facebook.com", "twitter.com", "github.com"] as const;

const FIREBASE = "firebase";

/**
 * `firebase auth:export`, JSON or CSV (firebase.google.com/docs/cli/auth), and the users of the Admin SDK's `listUsers` as
 * JSON, which have the providers that the command leaves out: Apple's and Play Games' among them.
 */
export const firebase: Format = {
  ownId: FIREBASE,
  wrappers: { users: "$.users.*" },
  columns: [
    ...["uid", "email", "emailVerified", "passwordHash", "passwordSalt", "displayName", "photoUrl"],
    ...IN_COLUMNS.flatMap((id) => [`${id} id`, `${id} email`, `${id} name`, `${id} photo`]),
    ...["createdAt", "lastSignedInAt", "phoneNumber", "disabled", "customAttributes"],
  ],
  read(record) {
    const uid = record.text("localId", "uid");
    if (uid === null) throw new RefusedRecord("no_player");
    const email = record.email("email");
    const emailVerified = email !== null && record.flag("emailVerified");
    const name = record.text("displayName");
    const own = { provider: FIREBASE, subject: uid, email, emailVerified, name: null };
    const accounts = accountsOf(record);
    const identities = accounts.flatMap(({ id, subject, email: told }): FileIdentity[] => {
      const provider = PROVIDERS[id];
      if (provider === undefined || subject === null) return [];
      const isVerified = emailVerified && told === email;
      return [{ provider, subject, email: told, emailVerified: isVerified, name: null }];
    });
    const metadata = record.json("metadata");
    const times = typeof metadata === "object" && metadata !== null ? metadata : {};
    return {
      player: {
        ...NOBODY,
        identities: [own, ...identities],
        name,
        email,
        emailVerified,
        picture: record.text("photoUrl"),
        ban: record.flag("disabled") ? { until: null, reason: "Disabled before the move." } : null,
        createdAt: record.time("createdAt") ?? timeIn(times, "creationTime"),
        lastLogin: record.time("lastSignedInAt", "lastLoginAt") ?? timeIn(times, "lastSignInTime"),
      },
      leftOut: leftOutOf(record, accounts),
    } satisfies ReadPlayer;
  },
};

type Account = { id: string; subject: string | null; email: string | null };

/** As the command writes them, as the Admin SDK does, and in columns. */
function accountsOf(record: Fields): Account[] {
  const listed = record.list("providerUserInfo", "providerData").map((account) => ({
    id: account.text("providerId") ?? "unknown",
    subject: account.text("rawId", "uid"),
    email: account.email("email"),
  }));
  const inColumns = IN_COLUMNS.flatMap((id) => {
    const subject = record.text(`${id} id`);
    return subject === null ? [] : [{ id, subject, email: record.email(`${id} email`) }];
  });
  return [...listed, ...inColumns];
}

function leftOutOf(record: Fields, accounts: Account[]): string[] {
  const others = accounts.map(({ id }) => id).filter((id) => !(id in PROVIDERS));
  const hasPassword = record.get("passwordHash") !== null || others.includes("password");
  const hasPhone = record.get("phoneNumber") !== null || others.includes("phone");
  const ways = [
    ...others.filter((id) => id !== "password" && id !== "phone"),
    ...(hasPassword ? ["password"] : []),
    ...(hasPhone ? ["phone"] : []),
  ];
  return ways.length === 0 && accounts.length === 0 ? ["anonymous"] : ways;
}

function timeIn(metadata: object, member: string): Date | null {
  const text = (metadata as Record<string, unknown>)[member];
  if (text === undefined || text === null) return null;
  const time = new Date(String(text));
  if (Number.isNaN(time.getTime())) throw new RefusedRecord("bad_time");
  return time;
}
