import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock";
import type { Database } from "../db/database";
import { ApiError } from "../errors";
import type { VerifiedLogin } from "../identity/claims";
import { sha256 } from "./start";

const LOGIN_CODE_LIFETIME_SECONDS = 60;

type Row = {
  code_challenge: string;
  google_id: string;
  email: string;
  email_verified: boolean;
  given_name: string | null;
  picture: string | null;
};

/**
 * Redeems a login code of ours with the PKCE verifier of the game that asked for it (RFC 7636 §4.6). A code
 * serves once, also when the verifier is wrong.
 * @throws {ApiError} invalid_grant
 */
export async function redeemLoginCode(
  { database, clock }: { database: Database; clock: Clock },
  code: string,
  codeVerifier: string,
): Promise<VerifiedLogin> {
  const { rows } = await database.pool.query<Row>({
    name: "take_login_code",
    text: `DELETE FROM login_codes
      WHERE code_hash = $1 AND created_at > coalesce($2::timestamptz, now()) - make_interval(secs => $3::float8)
      RETURNING code_challenge, google_id, email, email_verified, given_name, picture`,
    values: [sha256(code), clock.databaseNow(), LOGIN_CODE_LIFETIME_SECONDS],
  });
  const [row] = rows;
  if (!row || !matches(row.code_challenge, sha256(codeVerifier).toString("base64url"))) {
    throw new ApiError("invalid_grant", { message: "The login code is not valid." });
  }
  return {
    sub: row.google_id,
    email: row.email,
    emailVerified: row.email_verified,
    loadProfile: async () => ({ givenName: row.given_name ?? undefined, picture: row.picture ?? undefined }),
  };
}

function matches(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
