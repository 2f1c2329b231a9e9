import type pg from "pg";

/** A connection that a pooler has led to PostgreSQL, and may lead elsewhere: nothing may be pipelined on it. */
export class PooledConnectionError extends Error {
  override name = "PooledConnectionError";
  readonly code = "POOLED_CONNECTION";

  constructor() {
    super("A pooler stands between this connection and PostgreSQL");
  }
}

/**
 * Whether a pooler stands between a connection and PostgreSQL: then the process that answers is another one than the
 * connection was told of at its start (BackendKeyData, PostgreSQL's manual, 55.7). What only passes bytes on, as HAProxy
 * does, is no pooler.
 */
export async function isPooled(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid !== (client as unknown as { processID: number | null }).processID;
}
