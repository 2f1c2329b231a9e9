import type { NamesConfig } from "../config/config";
import { CLOCK, type RunStatement } from "../db/statements";
import { type NewSession, OPENED } from "../session/store";
import { ENROLLED, LOOKED, NEXT_USER_ID, SIGNED_IN, USER_COLUMNS, type UserRow } from "../users/store";
import type { Username } from "../users/username";
import { OUTBOXED, typeLiteral } from "../webhooks/outbox";
import type { Identity, Profile } from "./provider";

/** A way in of a player's, as they see it. */
export type IdentityRow = { provider: string; name: string | null; linkedAt: Date; lastUsedAt: Date };

/** A whole row as JSON, which PostgreSQL makes a row of again to the last digit. */
export type IdentityJson = Record<string, unknown>;

const opened = (clientId: string, scope: string, jkt: string) => ({
  ...{ id: "$2", device: "$3", ip: "$4" },
  ...{ clientId, scope, jkt },
});

/**
 * `last_used_at` is written once an hour: a row of `identities` is then read by most sign-ins and written by few.
 */
const SIGN_IN = `
  WITH known AS (
    SELECT user_id FROM identities WHERE provider = $5 AND subject = $6
  ), ${SIGNED_IN("$7", "$8", "(i.provider, i.subject) <> ($5, $6)")}, ${OPENED(opened("$9", "$10", "$11"))}, used AS (
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
  })}, ${LOOKED("$14", "$15", "$16", "$17")}, ${OPENED(opened("$18", "$19", "$20"))}, ${OUTBOXED("u", {
    type: typeLiteral("player.created"),
    userId: "u.id",
    name: "u.name",
    by: "'player'",
    after: "jsonb_build_object('name', u.name, 'providers', u.providers)",
  })}
  SELECT ${USER_COLUMNS} FROM u`;

const LIST = `
  SELECT i.provider, i.name, i.linked_at AS "linkedAt", i.last_used_at AS "lastUsedAt"
  FROM identities AS i, ${CLOCK} WHERE i.user_id = $2
  ORDER BY i.provider, i.linked_at, i.subject`;

const OWNER = `
  SELECT i.user_id FROM identities AS i, ${CLOCK} WHERE i.provider = $2 AND i.subject = $3`;

const LINK = `
  INSERT INTO identities (provider, subject, user_id, email, email_verified, name, linked_at, last_used_at)
  SELECT $3, $4, $2, $5, $6, $7, clock.now, clock.now FROM ${CLOCK}
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
    async signIn(
      identity: Identity,
      opening: NewSession,
    ): Promise<{ user: UserRow; isOpened: boolean } | null> {
      const values = [...session(opening), ...claims(identity), ...traits(opening)];
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
      const player = [profile.name, name, folded, skeleton, profile.picture, ...looks, keptSeconds];
      const values = [...session(opening), ...claims(identity), ...player, ...traits(opening)];
      const { rows } = await run<UserRow>("enroll", ENROLL, values, keyOf(identity));
      return rows[0] ?? null;
    },

    /** A player's ways in. */
    async list(userId: number): Promise<IdentityRow[]> {
      return (await run<IdentityRow>("list_identities", LIST, [userId])).rows;
    },

    /** Whose an identity is; null when nobody has it. */
    async ownerOf(provider: string, subject: string): Promise<number | null> {
      const { rows } = await run<{ user_id: number }>("identity_owner", OWNER, [provider, subject]);
      return rows[0]?.user_id ?? null;
    },

    /** @returns false when the identity is somebody's already, of this player too */
    async link(identity: Identity, name: string | null, userId: number): Promise<boolean> {
      const { rows } = await run("link_identity", LINK, [userId, ...claims(identity), name]);
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

function keyOf({ provider, subject }: Identity): string {
  return `${provider}:${subject}`;
}
