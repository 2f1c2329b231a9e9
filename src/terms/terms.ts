import { ApiError } from "../errors";
import type { UserRow } from "../users/store";

/** The terms of the game as they stand; null where players are asked for none. */
export type Terms = Readonly<{ version: string; url: string }> | null;

/** What a player has to accept yet; null when there is nothing. */
export function termsDue(terms: Terms, user: Pick<UserRow, "terms_version">): Terms {
  return terms === null || user.terms_version === terms.version ? null : terms;
}

/** @throws {ApiError} terms_required with `version` and `url` */
export function requireTerms(terms: Terms, user: Pick<UserRow, "terms_version">): void {
  const due = termsDue(terms, user);
  if (due) throw termsRequired(due);
}

export function termsRequired({ version, url }: NonNullable<Terms>): ApiError {
  return new ApiError("terms_required", { fields: { version, url } });
}
