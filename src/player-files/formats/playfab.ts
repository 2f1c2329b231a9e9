import { banUntil, Fields, isObject } from "../fields";
import { type FileIdentity, NOBODY, type ReadPlayer, RefusedRecord } from "../player";
import { fittingStats } from "./fitting-stats";
import type { Format } from "./format";
import { googleProvider } from "./google-ids";

const PLAYFAB = "playfab";

/** What `LoginIdentityProvider` calls the providers that there are here. An id of Google's may be of either kind. */
const PLATFORMS: Record<string, (id: string) => string> = {
  GooglePlay: googleProvider,
  GooglePlayGames: () => "google_play",
  Steam: () => "steam",
  Apple: () => "apple",
};

/**
 * Player profiles of PlayFab: the TSV of `ExportPlayersInSegment`, or the JSON of `GetPlayersInSegment` and
 * `GetPlayerProfile` (learn.microsoft.com/gaming/playfab, "Export players of a segment"). Columns are found by the names of
 * the profile's members.
 */
export const playfab: Format = {
  ownId: PLAYFAB,
  wrappers: {
    PlayerProfiles: "$.PlayerProfiles.*",
    ProfilesInSegment: "$.PlayerProfiles.*",
    code: "$.data.PlayerProfiles.*",
    data: "$.data.PlayerProfiles.*",
  },
  columns: null,
  read(outer, { statRules, now }) {
    const inner = outer.get("PlayerProfile");
    const record = isObject(inner) ? Fields.of(inner) : outer;
    const id = record.text("PlayerId", "PlayFabId");
    if (id === null) throw new RefusedRecord("no_player");
    const accounts = record.list("LinkedAccounts").map((account) => ({
      platform: account.text("Platform") ?? "Unknown",
      subject: account.text("PlatformUserId"),
      email: account.email("Email"),
    }));
    const contact = record.list("ContactEmailAddresses")[0];
    const email = contact?.email("EmailAddress") ?? accounts.find((account) => account.email)?.email ?? null;
    const emailVerified = contact?.text("VerificationStatus") === "Confirmed";
    const identities = accounts.flatMap(({ platform, subject, email: told }): FileIdentity[] => {
      const provider = subject === null ? undefined : PLATFORMS[platform]?.(subject);
      if (provider === undefined || subject === null) return [];
      return [{ provider, subject, email: told, emailVerified: false, name: null }];
    });
    const { others, ...progress } = fittingStats(statisticsOf(record), statRules);
    return {
      player: {
        ...NOBODY,
        ...progress,
        identities: [{ provider: PLAYFAB, subject: id, email, emailVerified, name: null }, ...identities],
        name: record.text("DisplayName"),
        email,
        emailVerified,
        picture: record.text("AvatarUrl"),
        ban: banUntil(record.time("BannedUntil"), "Banned before the move.", now),
        createdAt: record.time("Created", "CreatedAt"),
        lastLogin: record.time("LastLogin"),
      },
      leftOut: [
        ...accounts.map(({ platform }) => platform).filter((platform) => !(platform in PLATFORMS)),
        ...others.map((name) => `stat ${name}`),
      ],
    } satisfies ReadPlayer;
  },
};

/** `{name: value}`, `[{Name, Value}]` of the client's profile, or `[{Name, StatisticValue, StatisticVersion}]`. */
function statisticsOf(record: Fields): (readonly [string, unknown])[] {
  const statistics = record.json("Statistics");
  if (isObject(statistics)) return Object.entries(statistics);
  const listed = [...record.list("Statistics"), ...record.list("PlayerStatistics")];
  return listed.map((stat) => [stat.text("Name") ?? "", stat.get("Value", "StatisticValue")] as const);
}
