import { Fields, isObject } from "../fields";
import { type FileIdentity, NOBODY, type ReadPlayer, RefusedRecord } from "../player";
import { fittingStats } from "./fitting-stats";
import type { Format } from "./format";
import { googleProvider } from "./google-ids";

const NAKAMA = "nakama";
const SYSTEM_USER = "00000000-0000-0000-0000-000000000000";

/** Ways in that there are none of here, by their columns. */
const OTHERS = {
  facebook_id: "facebook",
  facebook_instant_game_id: "facebook_instant_game",
  gamecenter_id: "game_center",
  custom_id: "custom",
} as const;

/**
 * The rows of Nakama's table `users` as CSV, with the devices of `user_device` where they were joined, and what its console
 * exports of an account as JSON (`GET /v2/console/account/{id}/export`, heroiclabs.com/docs/nakama/getting-started/data-privacy).
 */
export const nakama: Format = {
  ownId: NAKAMA,
  wrappers: { users: "$.users.*" },
  columns: null,
  read(record, { statRules }) {
    // An export has the account in a member of its own, and an account its user.
    const account = within(record, "account") ?? record;
    const user = within(account, "user") ?? account;
    const id = user.text("id");
    if (id === null) throw new RefusedRecord("no_player");
    if (id === SYSTEM_USER) return null;
    const email = account.email("email");
    const emailVerified = email !== null && isSet(account.time("verify_time"));
    const google = user.text("google_id");
    const subjects: [string, string | null][] = [
      [google === null ? "google" : googleProvider(google), google],
      ["apple", user.text("apple_id")],
      ["steam", user.text("steam_id")],
    ];
    const identities = subjects.flatMap(([provider, subject]): FileIdentity[] =>
      subject === null ? [] : [{ provider, subject, email: null, emailVerified: false, name: null }],
    );
    const wallet = account.json("wallet");
    const { others, ...progress } = fittingStats(
      [
        ...Object.entries(isObject(wallet) ? wallet : {}),
        ...record
          .list("leaderboard_records")
          .map((score) => [score.text("leaderboard_id") ?? "", score.get("score")] as const),
      ],
      statRules,
    );
    return {
      player: {
        ...NOBODY,
        ...progress,
        identities: [{ provider: NAKAMA, subject: id, email, emailVerified, name: null }, ...identities],
        name: user.text("display_name", "username"),
        email,
        emailVerified,
        picture: user.text("avatar_url"),
        ban: isSet(account.time("disable_time"))
          ? { until: null, reason: "Disabled before the move." }
          : null,
        createdAt: user.time("create_time"),
      },
      leftOut: [
        ...Object.entries(OTHERS).flatMap(([column, way]) =>
          user.get(column) === null && account.get(column) === null ? [] : [way],
        ),
        ...(hasDevice(account) ? ["device"] : []),
        ...(email === null ? [] : ["password"]),
        ...others.map((name) => `stat ${name}`),
      ],
    } satisfies ReadPlayer;
  },
};

function within(record: Fields, member: string): Fields | null {
  const value = record.get(member);
  return isObject(value) ? Fields.of(value) : null;
}

/** Nakama's time for never is the epoch. */
function isSet(time: Date | null): boolean {
  return time !== null && time.getTime() !== 0;
}

/** As JSON, or as `psql` writes an array. */
function hasDevice(account: Fields): boolean {
  const devices = account.get("devices", "device_ids");
  if (Array.isArray(devices)) return devices.length > 0;
  return devices !== null && !["{}", "[]"].includes(String(devices));
}
