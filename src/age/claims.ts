import type { UserRow } from "../users/store";

/** What an access token says of a player's age, for a game's own servers; nothing of one who has not said it. */
export function ageClaims({
  age_band,
  guardian_consent_at,
}: Pick<UserRow, "age_band" | "guardian_consent_at">): Record<string, unknown> {
  return age_band === null ? {} : { age_band, guardian_consent: guardian_consent_at !== null };
}
