import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import type { AgeBand } from "../users/model";
import type { UserRow } from "../users/store";

type AgeStores = Pick<Stores, "audit" | "users">;

/**
 * Notes a player's age band, in a transaction. A player says it once; the studio may put it right.
 * @param by a player, or one of the studio's people
 * @throws {ApiError} age_band_set when the player has said another one; not_found for nobody
 */
export async function setAgeBand(
  { audit, users }: AgeStores,
  clock: Timepiece,
  userId: number,
  ageBand: AgeBand,
  by: By,
): Promise<UserRow> {
  const before = (await users.lock(userId)).get(userId);
  if (!before) throw new ApiError("not_found");
  if (before.age_band === ageBand) return before;
  const after = await users.setAgeBand(userId, ageBand, by.actor.kind !== "player");
  if (!after) throw new ApiError("age_band_set");
  await audit.append(newUuidv7(clock), {
    action: "age_band",
    userId,
    before: { age_band: before.age_band },
    after: { age_band: ageBand },
    ...by,
  });
  return after;
}

/**
 * Notes that a guardian consents, or no longer does, in a transaction. Who it is stands with the player alone, and goes
 * with them.
 * @param guardian as the studio knows them; null for a consent that is withdrawn
 * @throws {ApiError} not_found for nobody
 */
export async function setGuardianConsent(
  { audit, users }: AgeStores,
  clock: Timepiece,
  userId: number,
  guardian: string | null,
  by: By,
): Promise<UserRow> {
  const before = (await users.lock(userId)).get(userId);
  const after = await users.setGuardian(userId, guardian);
  if (!before || !after) throw new ApiError("not_found");
  await audit.append(newUuidv7(clock), {
    action: "guardian_consent",
    userId,
    before: { consent: before.guardian_consent_at !== null },
    after: { consent: guardian !== null },
    ...by,
  });
  return after;
}
