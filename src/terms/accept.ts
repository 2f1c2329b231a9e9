import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import { newUuidv7 } from "../session/uuidv7";
import type { Transact } from "../stores";
import type { UserRow } from "../users/store";
import { type Terms, termsRequired } from "./terms";

/**
 * Notes that a player accepts the terms. Accepted once more, they stay as they were.
 * @param version which they have read
 * @throws {ApiError} terms_required for a version that is not the one of now; not_found where there are no terms
 */
export async function acceptTerms(
  { transact, clock, terms }: { transact: Transact; clock: Timepiece; terms: Terms },
  user: UserRow,
  version: string,
  requestId: string,
): Promise<UserRow> {
  if (!terms) throw new ApiError("not_found");
  if (version !== terms.version) throw termsRequired(terms);
  const by: By = { actor: { kind: "player", id: user.id }, requestId };
  return transact(async ({ audit, users }) => {
    const before = (await users.lock(user.id)).get(user.id);
    if (before?.terms_version === version) return before;
    const accepted = await users.acceptTerms(user.id, version);
    if (!before || !accepted) throw new ApiError("invalid_token");
    await audit.append(newUuidv7(clock), {
      action: "terms",
      userId: user.id,
      before: { terms_version: before.terms_version },
      after: { terms_version: version },
      ...by,
    });
    return accepted;
  });
}
