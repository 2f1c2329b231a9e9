import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { Identity, Profile } from "../identity/provider";
import { sha256 } from "../sha256";
import { GUEST } from "../users/model";

/** How long a device may wait for its player (RFC 8628 §3.2). */
export const DEVICE_CODE_SECONDS = 600;
/** Seconds that a device leaves between two requests, and by how much more it is slowed down (§3.5). */
export const POLL_INTERVAL_SECONDS = 5;
/** How far the way of two requests through the network may differ. */
const JITTER_SECONDS = 1;
/** How long the device may fetch what its player allowed at the last moment, or whose answer was lost. */
const LOST_ANSWER_SECONDS = 60;
/** How long a code is still known to have been one. */
const KEPT_SECONDS = 3_600;

/** What a device asks for. */
export type DeviceRequest = {
  clientId: string;
  scope: string | null;
  /** What the player calls it. */
  device: string | null;
  /** The address that asks. */
  ip: string;
};

/** A request that waits for its player's answer. */
export type WaitingRequest = DeviceRequest & { secondsAgo: number };

/** Whom the player signs the device in as. */
export type Approval = Identity & Profile;

/** What a device hears. */
export type Poll =
  | ({ outcome: "approved"; sessionId: string; device: string | null; scope: string | null } & Approval)
  | { outcome: "pending" | "slow_down" | "denied" | "expired" | "unknown" };

/** Two devices with one user code are as likely as a right guess; the second gets another one. */
const PUT = `
  INSERT INTO device_codes (device_hash, user_hash, client_id, scope, device, ip, "interval", created_at)
  SELECT $2, $3, $4, $5, $6, $7, $8, clock.now FROM ${CLOCK}
  ON CONFLICT (user_hash) DO NOTHING`;

const IS_FRESH = `d.user_hash = ANY($2) AND d.created_at > clock.now - ${seconds("$3")}`;

const FIND = `
  SELECT d.client_id AS "clientId", d.scope, d.device, d.ip,
    extract(epoch FROM clock.now - d.created_at)::float8 AS "secondsAgo"
  FROM device_codes AS d, ${CLOCK} WHERE ${IS_FRESH} AND d.decided_at IS NULL`;

/** The first answer holds; the same one once more, as by a second click, is as good. */
const APPROVE = `
  UPDATE device_codes AS d
  SET decided_at = coalesce(d.decided_at, clock.now), provider = $4, subject = $5, email = $6, email_verified = $7, name = $8, picture = $9
  FROM ${CLOCK} WHERE ${IS_FRESH} AND (d.decided_at IS NULL OR (d.provider, d.subject) = ($4, $5))`;

/** As {@link APPROVE}, by a way in of the player's as if it had been proven. */
const APPROVE_AS = `
  UPDATE device_codes AS d
  SET decided_at = coalesce(d.decided_at, clock.now), provider = i.provider, subject = i.subject, email = i.email, email_verified = i.email_verified
  FROM (SELECT * FROM identities WHERE user_id = $4 ORDER BY provider <> '${GUEST}', provider, subject LIMIT 1) AS i, ${CLOCK}
  WHERE ${IS_FRESH} AND (d.decided_at IS NULL OR (d.provider, d.subject) = (i.provider, i.subject))`;

const DENY = `
  UPDATE device_codes AS d SET decided_at = coalesce(d.decided_at, clock.now)
  FROM ${CLOCK} WHERE ${IS_FRESH} AND d.provider IS NULL`;

/** An answer of the player's counts for longer than the code, so that none comes too late for the device. */
const POLL = `
  WITH seen AS (
    SELECT d.device_hash, CASE
      WHEN d.redeemed_at <= clock.now - ${seconds("$6")} THEN 'unknown'
      WHEN d.provider IS NOT NULL AND greatest(d.created_at + ${seconds("$5")}, d.decided_at + ${seconds("$6")}) > clock.now THEN 'approved'
      WHEN d.decided_at IS NOT NULL AND d.provider IS NULL THEN 'denied'
      WHEN d.created_at <= clock.now - ${seconds("$5")} THEN 'expired'
      WHEN d.polled_at > clock.now - ${seconds(`d."interval" - ${JITTER_SECONDS}`)} THEN 'slow_down'
      ELSE 'pending' END AS outcome
    FROM device_codes AS d, ${CLOCK} WHERE d.device_hash = $2 AND d.client_id = $4 FOR UPDATE OF d
  )
  UPDATE device_codes AS d SET polled_at = clock.now,
    "interval" = d."interval" + CASE seen.outcome WHEN 'slow_down' THEN ${POLL_INTERVAL_SECONDS} ELSE 0 END,
    session_id = CASE seen.outcome WHEN 'approved' THEN coalesce(d.session_id, $3::uuid) ELSE d.session_id END,
    redeemed_at = CASE seen.outcome WHEN 'approved' THEN coalesce(d.redeemed_at, clock.now) ELSE d.redeemed_at END
  FROM seen, ${CLOCK} WHERE d.device_hash = seen.device_hash
  RETURNING seen.outcome, d.session_id, d.device, d.scope, d.provider, d.subject, d.email, d.email_verified, d.name, d.picture`;

const DECIDED_AMONG = `
  SELECT d.device_hash AS hash FROM device_codes AS d, ${CLOCK}
  WHERE d.device_hash = ANY($2) AND d.decided_at IS NOT NULL`;

const DELETE_STALE = `
  DELETE FROM device_codes WHERE device_hash IN (
    SELECT d.device_hash FROM device_codes AS d, ${CLOCK}
    WHERE d.created_at < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF d SKIP LOCKED)`;

type PollRow = Omit<Approval, "emailVerified"> & {
  outcome: Poll["outcome"];
  session_id: string;
  device: string | null;
  scope: string | null;
  email_verified: boolean;
};

export type DeviceStore = ReturnType<typeof createDeviceStore>;

/** Every statement on `device_codes`. Codes go in hashed. */
export function createDeviceStore(run: RunStatement) {
  return {
    /** @returns false, and keeps nothing, when another device has the user code */
    async put(deviceCode: string, userHash: Buffer, request: DeviceRequest): Promise<boolean> {
      const { clientId, scope, device, ip } = request;
      const values = [sha256(deviceCode), userHash, clientId, scope, device, ip, POLL_INTERVAL_SECONDS];
      return (await run("put_device_code", PUT, values)).rowCount > 0;
    },

    /** The request of a user code; null when there is none, or it waits no longer. */
    async find(userHashes: Buffer[]): Promise<WaitingRequest | null> {
      const values = [userHashes, DEVICE_CODE_SECONDS];
      return (await run<WaitingRequest>("find_device_code", FIND, values)).rows[0] ?? null;
    },

    /** Lets the device in as a player who proved who they are. @returns false when it waits no longer */
    async approve(userHashes: Buffer[], approval: Approval): Promise<boolean> {
      const { provider, subject, email, emailVerified, name, picture } = approval;
      const values = [
        userHashes,
        DEVICE_CODE_SECONDS,
        provider,
        subject,
        email,
        emailVerified,
        name,
        picture,
      ];
      return (await run("approve_device_code", APPROVE, values)).rowCount > 0;
    },

    /** Lets the device in as a player who is signed in. @returns false when it waits no longer */
    async approveAs(userHashes: Buffer[], userId: number): Promise<boolean> {
      const values = [userHashes, DEVICE_CODE_SECONDS, userId];
      return (await run("approve_device_code_as", APPROVE_AS, values)).rowCount > 0;
    },

    /** @returns false when it waits no longer */
    async deny(userHashes: Buffer[]): Promise<boolean> {
      return (await run("deny_device_code", DENY, [userHashes, DEVICE_CODE_SECONDS])).rowCount > 0;
    },

    /**
     * Tells a device what its player answered, and slows it down when it asks too often.
     * @param sessionId of the session that an approval opens, unless it has opened one
     */
    async poll(deviceCode: string, clientId: string, sessionId: string): Promise<Poll> {
      const hash = sha256(deviceCode);
      const values = [hash, sessionId, clientId, DEVICE_CODE_SECONDS, LOST_ANSWER_SECONDS];
      const { rows } = await run<PollRow>("poll_device_code", POLL, values, hash.toString("hex"));
      const [row] = rows;
      if (row?.outcome !== "approved") return { outcome: row?.outcome ?? "unknown" };
      const { outcome, session_id, email_verified: emailVerified, ...rest } = row;
      return { outcome, sessionId: session_id, emailVerified, ...rest };
    },

    /** Which of some device codes have been answered. @param deviceHashes SHA-256 of each */
    async decidedAmong(deviceHashes: Buffer[]): Promise<Buffer[]> {
      const { rows } = await run<{ hash: Uint8Array }>("decided_device_codes", DECIDED_AMONG, [deviceHashes]);
      return rows.map(({ hash }) => Buffer.from(hash));
    },

    /**
     * Deletes up to so many codes of an hour ago.
     * @returns how many
     */
    async deleteStale(limit: number): Promise<number> {
      return (await run("delete_stale_device_codes", DELETE_STALE, [KEPT_SECONDS, limit])).rowCount;
    },
  };
}
