import { type OnceToken, SPEND } from "../authorization/store";
import { NONE_BANNED } from "../bans/store";
import type { NamesConfig } from "../config/config";
import { CLOCK, type RunStatement } from "../db/statements";
import { type NewSession, OPEN_BEFORE, OPENED } from "../session/store";
import { GUEST } from "../users/model";
import {
  ENROLLED,
  IMPORTED,
  type ImportedUser,
  LOOKED,
  NEXT_USER_ID,
  SIGNED_IN,
  USER_COLUMNS,
  type UserRow,
} from "../users/store";
import type { Username } from "../users/username";
import { OUTBOXED, typeLiteral } from "../webhooks/outbox";
import { type Identity, identityKey, type Profile } from "./provider";

/** A way in of a player's. */
export type IdentityRow = {
  provider: string;
  subject: string;
  email: string | null;
  name: string | null;
  linkedAt: Date;
  lastUsedAt: Date;
};

/** All that is kept of a way in, for its player's eyes; of a guest's no subject, which is a hash of the key. */
export type IdentityTold = {
  provider: string;
  subject: string | null;
  email: string | null;
  email_verified: boolean;
  name: string | null;
  linked_at: Date;
  last_used_at: Date;
};

/** A way in of a player who is imported. Times are ISO 8601. */
export type ImportedIdentity = {
  user_id: number;
  provider: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
  name: string | null;
  linked_at: string;
  last_used_at: string;
};

/** A whole row as JSON, which PostgreSQL makes a row of again to the last digit. */
export type IdentityJson = Record<string, unknown>;

/** What a sign-in did for a player who was here before. */
export type SignedIn = {
  user: UserRow;
  /** Not when the session was open already. */
  isOpened: boolean;
  /** They have left, and this brings them back. */
  isLeaving: boolean;
  /** How many sessions they had. */
  openBefore: number;
};

const opened = (clientId: string, scope: string, jkt: string) => ({
  ...{ id: "$2", device: "$3", ip: "$4" },
  ...{ clientId, scope, jkt },
});

/**
 * `last_used_at` is written once an hour: a row of `identities` is then read by most sign-ins and written by few.
 */
const signedIn = (known: string, sessionId: string) => `
  known AS (${known}
  ), ${SIGNED_IN("$7", "$8", "(i.provider, i.subject) <> ($5, $6)")}, ${OPENED({ ...opened("$9", "$10", "$11"), id: sessionId })}, used AS (
    UPDATE identities AS i SET last_used_at = clock.now, email = $7, email_verified = $8
    FROM u, ${CLOCK}
    WHERE i.provider = $5 AND i.subject = $6
      AND (i.last_used_at < clock.now - interval '1 hour' OR (i.email, i.email_verified) IS DISTINCT FROM ($7, $8))
  )`;

const SIGNED_IN_COLUMNS = `
  EXISTS (SELECT FROM opened) AS is_opened, u.deletes_at IS NOT NULL AS is_leaving, ${OPEN_BEFORE} AS open_before,
  ${USER_COLUMNS}`;

const SIGN_IN = `
  WITH ${signedIn("SELECT user_id FROM identities WHERE provider = $5 AND subject = $6", "$2")}
  SELECT ${SIGNED_IN_COLUMNS} FROM u`;

/** Always one row. */
const SIGN_IN_ONCE = `
  WITH spent AS (${SPEND("$12", "$2", "$13")}
  ), ${signedIn(
    `SELECT user_id FROM identities, spent WHERE provider = $5 AND subject = $6 AND spent.is_recent`,
    "(SELECT session_id FROM spent)",
  )}
  SELECT spent.session_id, spent.is_recent, u.id IS NOT NULL AS is_known, ${SIGNED_IN_COLUMNS}
  FROM spent LEFT JOIN u ON true`;

type SignedInRow = UserRow & { is_opened: boolean; is_leaving: boolean; open_before: number };

function toSignedIn({ is_opened, is_leaving, open_before, ...user }: SignedInRow): SignedIn {
  return { user, isOpened: is_opened, isLeaving: is_leaving, openBefore: open_before };
}

const ENROLL = `
  WITH claimed AS (
    INSERT INTO identities (provider, subject, user_id, email, email_verified, name, linked_at, last_used_at)
    SELECT $5, $6, ${NEXT_USER_ID}, $7, $8, $9, clock.now, clock.now FROM ${CLOCK} WHERE ${NONE_BANNED("$21")}
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
  })}, ${LOOKED("$14", "$15", "$16", "$17")}, ${OPENED(opened("$18", "$19", "$20"))}, ${OUTBOXED("u", {
    type: typeLiteral("player.created"),
    userId: "u.id",
    name: "u.name",
    by: "'player'",
    after: "jsonb_build_object('name', u.name, 'providers', u.providers)",
  })}
  SELECT ${USER_COLUMNS} FROM u`;

const LIST = `
  SELECT i.provider, i.subject, i.email, i.name, i.linked_at AS "linkedAt", i.last_used_at AS "lastUsedAt"
  FROM identities AS i, ${CLOCK} WHERE i.user_id = $2
  ORDER BY i.provider, i.linked_at, i.subject`;

/** The columns of {@link IdentityTold}. */
const TOLD_COLUMNS = `
  i.provider, CASE WHEN i.provider <> '${GUEST}' THEN i.subject END AS subject, i.email, i.email_verified, i.name,
  i.linked_at, i.last_used_at`;

const TELL = `
  SELECT ${TOLD_COLUMNS} FROM identities AS i, ${CLOCK} WHERE i.user_id = $2
  ORDER BY i.provider, i.linked_at, i.subject`;

const DELETE_OF = `DELETE FROM identities AS i USING ${CLOCK} WHERE i.user_id = ANY($2)`;

const OWNER = `
  SELECT i.user_id FROM identities AS i, ${CLOCK} WHERE i.provider = $2 AND i.subject = $3`;

/** One look at the index for each, whatever the planner knows of the table. */
const OWNERS = `
  SELECT o.* FROM (
    SELECT asked.provider, asked.subject, (
      SELECT i.user_id FROM identities AS i WHERE i.provider = asked.provider AND i.subject = asked.subject) AS "userId"
    FROM ${CLOCK}, unnest($2::text[], $3::text[]) AS asked (provider, subject)) AS o
  WHERE o."userId" IS NOT NULL`;

const TELL_OF = `
  SELECT i.user_id, ${TOLD_COLUMNS} FROM identities AS i, ${CLOCK} WHERE i.user_id = ANY($2)
  ORDER BY i.user_id, i.provider, i.linked_at, i.subject`;

const GIVEN_IDENTITIES = (json: string) => `
  jsonb_to_recordset(${json}::text::jsonb)
    AS i (user_id int, provider text, subject text, email text, email_verified boolean, name text, linked_at timestamptz,
      last_used_at timestamptz)`;

const LINK_MANY = `
  INSERT INTO identities (provider, subject, user_id, email, email_verified, name, linked_at, last_used_at)
  SELECT i.provider, i.subject, i.user_id, i.email, i.email_verified, i.name, clock.now, clock.now
  FROM ${CLOCK}, ${GIVEN_IDENTITIES("$2")}`;

/** With `users.google_id`, so that no trigger has to change the row of a player once more. */
const ENROLL_MANY = `
  WITH ${IMPORTED("$2", "$3")}
  INSERT INTO identities (provider, subject, user_id, email, email_verified, name, linked_at, last_used_at)
  SELECT i.provider, i.subject, i.user_id, i.email, i.email_verified, i.name, least(i.linked_at, clock.now),
    least(i.last_used_at, clock.now)
  FROM ${CLOCK}, ${GIVEN_IDENTITIES("$4")}`;

const OWNERS_BY_EMAIL = `
  SELECT DISTINCT i.user_id FROM identities AS i, ${CLOCK} WHERE i.email = ANY($2) ORDER BY i.user_id LIMIT $3`;

const LINK = `
  INSERT INTO identities (provider, subject, user_id, email, email_verified, name, linked_at, last_used_at)
  SELECT $3, $4, $2, $5, $6, $7, clock.now, clock.now FROM ${CLOCK} WHERE ${NONE_BANNED("$8")}
  ON CONFLICT (provider, subject) DO NOTHING RETURNING user_id`;

const UNLINK = `
  DELETE FROM identities AS i USING ${CLOCK} WHERE i.user_id = $2 AND i.provider = $3
  RETURNING to_jsonb(i) AS identity`;

const UNLINK_ONE = `
  DELETE FROM identities AS i USING ${CLOCK} WHERE i.user_id = $2 AND i.provider = $3 AND i.subject = $4`;

const MOVE_ALL = `
  UPDATE identities AS i SET user_id = $3 FROM ${CLOCK} WHERE i.user_id = $2
  RETURNING to_jsonb(i) || jsonb_build_object('user_id', $2::int) AS identity`;

/** What is there already is left as it is: it has been used since. */
const RESTORE = `
  INSERT INTO identities AS i
  SELECT kept.* FROM ${CLOCK}, jsonb_populate_recordset(NULL::identities, $2::jsonb) AS kept
  ON CONFLICT (provider, subject) DO UPDATE SET user_id = excluded.user_id WHERE i.user_id = $3
  RETURNING i.user_id`;

export type IdentityStore = ReturnType<typeof createIdentityStore>;

/** Every statement on `identities`, those included that also sign the player in. */
export function createIdentityStore(run: RunStatement, { keptSeconds }: NamesConfig) {
  const session = ({ sessionId, device, ip }: NewSession) => [sessionId, device, ip];
  const traits = ({ clientId, scope, jkt }: NewSession) => [clientId, scope, jkt];
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
    async signIn(identity: Identity, opening: NewSession): Promise<SignedIn | null> {
      const values = [...session(opening), ...claims(identity), ...traits(opening)];
      const { rows } = await run<SignedInRow>("sign_in", SIGN_IN, values, identityKey(identity));
      return rows[0] ? toSignedIn(rows[0]) : null;
    },

    /**
     * As {@link signIn}, and spends the id token that it is done with, also when nobody is signed in.
     * @returns `sessionId`: of the session that the token opens or has opened first; null when that was more than a
     * minute ago
     */
    async signInOnce(
      identity: Identity,
      opening: NewSession,
      { hash, expiresAt }: OnceToken,
    ): Promise<{ sessionId: string | null; known: SignedIn | null }> {
      const values = [...session(opening), ...claims(identity), ...traits(opening), hash, expiresAt];
      const { rows } = await run<SignedInRow & { session_id: string; is_recent: boolean; is_known: boolean }>(
        "sign_in_once",
        SIGN_IN_ONCE,
        values,
        identityKey(identity),
      );
      const { session_id, is_recent, is_known, ...row } = rows[0] as (typeof rows)[0];
      return { sessionId: is_recent ? session_id : null, known: is_known ? toSignedIn(row) : null };
    },

    /**
     * Creates a player with a first session; null when the identity already has one, or is banned.
     * @param hashes of the identity, one for each key
     * @throws a unique violation when the name is taken
     */
    async enroll(
      identity: Identity,
      profile: Profile,
      username: Username,
      opening: NewSession,
      hashes: Buffer[],
    ): Promise<UserRow | null> {
      const { name, folded, skeleton, looks } = username;
      const player = [profile.name, name, folded, skeleton, profile.picture, ...looks, keptSeconds];
      const values = [...session(opening), ...claims(identity), ...player, ...traits(opening), hashes];
      const { rows } = await run<UserRow>("enroll", ENROLL, values, identityKey(identity));
      return rows[0] ?? null;
    },

    /** A player's ways in. */
    async list(userId: number): Promise<IdentityRow[]> {
      return (await run<IdentityRow>("list_identities", LIST, [userId])).rows;
    },

    async tell(userId: number): Promise<IdentityTold[]> {
      return (await run<IdentityTold>("tell_identities", TELL, [userId])).rows;
    },

    async deleteOf(userIds: number[]): Promise<void> {
      await run("delete_identities_of", DELETE_OF, [userIds]);
    },

    /** Whose an identity is; null when nobody has it. */
    async ownerOf(provider: string, subject: string): Promise<number | null> {
      const { rows } = await run<{ user_id: number }>("identity_owner", OWNER, [provider, subject]);
      return rows[0]?.user_id ?? null;
    },

    /** Of whom an identity tells this email, at most so many. */
    async ownersByEmail(emails: string[], limit: number): Promise<number[]> {
      const { rows } = await run<{ user_id: number }>("identity_owners_by_email", OWNERS_BY_EMAIL, [
        emails,
        limit,
      ]);
      return rows.map(({ user_id }) => user_id);
    },

    /** Whose identities are; those that nobody has are missing. */
    async ownersOf(asked: { provider: string; subject: string }[]) {
      type Row = { provider: string; subject: string; userId: number };
      const values = [asked.map(({ provider }) => provider), asked.map(({ subject }) => subject)];
      return (await run<Row>("identity_owners", OWNERS, values)).rows;
    },

    /** The ways in of players, in the order of the ids. */
    async tellOf(userIds: number[]): Promise<(IdentityTold & { user_id: number })[]> {
      return (await run<IdentityTold & { user_id: number }>("tell_identities_of", TELL_OF, [userIds])).rows;
    },

    /** Gives players, who are locked, ways in. @throws a unique violation for one that somebody has */
    async linkMany(identities: Omit<ImportedIdentity, "linked_at" | "last_used_at">[]): Promise<void> {
      await run("link_identities", LINK_MANY, [JSON.stringify(identities)]);
    },

    /**
     * Makes players with their ways in, whose emails may be verified as they say.
     * @throws a unique violation for a way in that somebody has, and what {@link isNameTaken} is about
     */
    async enrollMany(users: ImportedUser[], identities: ImportedIdentity[]): Promise<void> {
      const values = [JSON.stringify(users), keptSeconds, JSON.stringify(identities)];
      await run("enroll_many", ENROLL_MANY, values);
    },

    /**
     * @param hashes of the identity, one for each key
     * @returns false when the identity is somebody's already, of this player too, or is banned
     */
    async link(identity: Identity, name: string | null, userId: number, hashes: Buffer[]): Promise<boolean> {
      const { rows } = await run("link_identity", LINK, [userId, ...claims(identity), name, hashes]);
      return rows.length > 0;
    },

    /** Takes all of a provider's identities from a player. @returns the rows as they were */
    async unlink(userId: number, provider: string): Promise<IdentityJson[]> {
      const { rows } = await run<{ identity: IdentityJson }>("unlink_identities", UNLINK, [userId, provider]);
      return rows.map(({ identity }) => identity);
    },

    /** @returns whether the player had it */
    async unlinkOne(userId: number, provider: string, subject: string): Promise<boolean> {
      return (await run("unlink_identity", UNLINK_ONE, [userId, provider, subject])).rowCount > 0;
    },

    /** Gives all of one player's identities to another. @returns the rows as they were */
    async moveAll(fromUserId: number, toUserId: number): Promise<IdentityJson[]> {
      const values = [fromUserId, toUserId];
      const { rows } = await run<{ identity: IdentityJson }>("move_identities", MOVE_ALL, values);
      return rows.map(({ identity }) => identity);
    },

    /**
     * Brings rows back to the player whom they name, from another one who may have them now.
     * @returns whether all of them are there; not when somebody else has one
     */
    async restore(rows: IdentityJson[], fromUserId: number): Promise<boolean> {
      const values = [JSON.stringify(rows), fromUserId];
      return (await run("restore_identities", RESTORE, values)).rowCount === rows.length;
    },
  };
}
