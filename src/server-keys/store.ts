import { CLOCK, type RunStatement } from "../db/statements";
import { sha256 } from "../sha256";

/** A key of a server, as people see it. */
export type ServerKeyRow = {
  id: string;
  name: string;
  scopes: string[];
  /** The game server that it redeems join tickets for. */
  server: string | null;
  createdAt: Date;
  /** To the minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export type NewServerKey = Pick<ServerKeyRow, "id" | "name" | "scopes"> &
  Partial<Pick<ServerKeyRow, "server">>;

type UsedServerKey = Pick<ServerKeyRow, "id" | "scopes" | "server">;

const COLUMNS = `k.id, k.name, k.scopes, k.server, k.created_at AS "createdAt", k.last_used_at AS "lastUsedAt", k.revoked_at AS "revokedAt"`;

const PUT = `
  INSERT INTO server_keys AS k (id, key_hash, name, scopes, server, created_at)
  SELECT $2, $3, $4, $5::text[], $6, clock.now FROM ${CLOCK} RETURNING ${COLUMNS}`;

/** `last_used_at` is written once a minute, so that many requests of a server do not wait for one row. */
const USE = `
  WITH used AS (
    UPDATE server_keys AS k SET last_used_at = clock.now FROM ${CLOCK}
    WHERE k.key_hash = $2 AND k.revoked_at IS NULL
      AND (k.last_used_at IS NULL OR k.last_used_at < clock.now - interval '1 minute')
  )
  SELECT k.id, k.scopes, k.server FROM server_keys AS k, ${CLOCK} WHERE k.key_hash = $2 AND k.revoked_at IS NULL`;

const LIST = `SELECT ${COLUMNS} FROM server_keys AS k, ${CLOCK} ORDER BY k.created_at, k.id`;

const REVOKE = `
  WITH before AS (SELECT revoked_at FROM server_keys WHERE id = $2 FOR UPDATE)
  UPDATE server_keys AS k SET revoked_at = coalesce(k.revoked_at, clock.now) FROM before, ${CLOCK}
  WHERE k.id = $2 RETURNING ${COLUMNS}, before.revoked_at IS NULL AS "isNew"`;

export type ServerKeyStore = ReturnType<typeof createServerKeyStore>;

/** Every statement on `server_keys`. Keys go in as SHA-256: 256 random bits cannot be tried out. */
export function createServerKeyStore(run: RunStatement) {
  return {
    async put(key: string, { id, name, scopes, server = null }: NewServerKey): Promise<ServerKeyRow> {
      const { rows } = await run<ServerKeyRow>("put_server_key", PUT, [
        id,
        sha256(key),
        name,
        scopes,
        server,
      ]);
      return rows[0] as ServerKeyRow;
    },

    /** Notes the use of a key. @returns null for one that is unknown or revoked */
    async use(key: string): Promise<UsedServerKey | null> {
      const { rows } = await run<UsedServerKey>("use_server_key", USE, [sha256(key)]);
      return rows[0] ?? null;
    },

    /** All keys, revoked ones included, the oldest first. */
    async list(): Promise<ServerKeyRow[]> {
      return (await run<ServerKeyRow>("list_server_keys", LIST)).rows;
    },

    /** Ends a key at once; one that has been revoked stays so. @returns null where there is none of this id */
    async revoke(id: string): Promise<(ServerKeyRow & { isNew: boolean }) | null> {
      type Row = ServerKeyRow & { isNew: boolean };
      return (await run<Row>("revoke_server_key", REVOKE, [id])).rows[0] ?? null;
    },
  };
}
