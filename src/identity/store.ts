import { CLOCK, type RunStatement } from "../db/statements";
import { type NewSession, OPENED } from "../session/store";
import { ENROLLED, LOOKED, NEXT_USER_ID, SIGNED_IN, USER_COLUMNS, type UserRow } from "../users/store";
import type { Username } from "../users/username";
import type { Identity, Profile } from "./provider";

/**
 * `last_used_at` is written once an hour: a row of `identities` is then read by most sign-ins and written by few.
 */
const SIGN_IN = `
  WITH known AS (
    SELECT user_id FROM identities WHERE provider = $5 AND subject = $6
  ), ${SIGNED_IN("$7", "$8")}, ${OPENED("$2", "$3", "$4")}, used AS (
    UPDATE identities AS i SET last_used_at = clock.now, email = $7, email_verified = $8
    FROM u, ${CLOCK}
    WHERE i.provider = $5 AND i.subject = $6
      AND (i.last_used_at < clock.now - interval '1 hour' OR (i.email, i.email_verified) IS DISTINCT FROM ($7, $8))
  )
  SELECT EXISTS (SELECT FROM opened) AS is_opened, ${USER_COLUMNS} FROM u`;

const ENROLL = `
  WITH claimed AS (
    INSERT INTO identities (provider, subject, user_id, email, email_verified, name, linked_at, last_used_at)
    SELECT $5, $6, ${NEXT_USER_ID}, $7, $8, $9, clock.now, clock.now FROM ${CLOCK}
    ON CONFLICT (provider, subject) DO NOTHING
    RETURNING user_id
  ), ${ENROLLED({
    email: "$7",
    email_verified: "$8",
    name: "$10",
    name_folded: "$11",
    name_skeleton: "$12",
    picture: "$13",
    providers: "ARRAY[$5::text]",
  })}, ${LOOKED("$14", "$15", "$16")}, ${OPENED("$2", "$3", "$4")}
  SELECT ${USER_COLUMNS} FROM u`;

export type IdentityStore = ReturnType<typeof createIdentityStore>;

/** Every statement on `identities`, those included that also sign the player in. */
export function createIdentityStore(run: RunStatement) {
  const session = ({ sessionId, device, ip }: NewSession) => [sessionId, device, ip];
  const claims = ({ provider, subject, email, emailVerified }: Identity) => [
    provider,
    subject,
    email,
    emailVerified,
  ];
  return {
    /**
     * Opens a session for a player who was here before, unless it has been opened already.
     * @returns null for an unknown or banned player
     */
    async signIn(
      identity: Identity,
      opening: NewSession,
    ): Promise<{ user: UserRow; isOpened: boolean } | null> {
      const values = [...session(opening), ...claims(identity)];
      const { rows } = await run<UserRow & { is_opened: boolean }>(
        "sign_in",
        SIGN_IN,
        values,
        keyOf(identity),
      );
      if (!rows[0]) return null;
      const { is_opened: isOpened, ...user } = rows[0];
      return { user, isOpened };
    },

    /**
     * Creates a player with a first session; null when the identity already has one.
     * @throws a unique violation when the name is taken
     */
    async enroll(
      identity: Identity,
      profile: Profile,
      username: Username,
      opening: NewSession,
    ): Promise<UserRow | null> {
      const { name, folded, skeleton, looks } = username;
      const player = [profile.name, name, folded, skeleton, profile.picture, ...looks];
      const values = [...session(opening), ...claims(identity), ...player];
      const { rows } = await run<UserRow>("enroll", ENROLL, values, keyOf(identity));
      return rows[0] ?? null;
    },
  };
}

function keyOf({ provider, subject }: Identity): string {
  return `${provider}:${subject}`;
}
