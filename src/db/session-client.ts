import pg from "pg";

const { getStartupConf } = pg.Client.prototype as unknown as {
  getStartupConf(this: pg.Client): Record<string, string>;
};

/**
 * A client to which times come in one form, whatever the role, the database or a pooler's other clients have set:
 * Prisma takes every timestamptz that it reads for UTC. Start-up parameters of their own and not in `options`, because
 * PgBouncer takes these two, and keeps them for each of its clients.
 */
export class SessionClient extends pg.Client {
  /** What pg sends when it connects (PostgreSQL's manual, 55.2.1). */
  getStartupConf(): Record<string, string> {
    return { ...getStartupConf.call(this), TimeZone: "UTC", DateStyle: "ISO" };
  }
}
