import type { Socket } from "node:net";
import pg from "pg";
import { isThisMachine } from "../config/tls";
import { CleartextPasswordError } from "./errors";

/** What pg has for itself. */
type Inner = {
  getStartupConf(): Record<string, string>;
  _handleAuthCleartextPassword(message: unknown): void;
  _handleErrorWhileConnecting(error: Error): void;
  connection: { stream: Socket & { encrypted?: boolean } };
};

const { getStartupConf, _handleAuthCleartextPassword, _handleErrorWhileConnecting } = pg.Client
  .prototype as unknown as Inner;

/**
 * A client to which times come in one form, whatever the role, the database or a pooler's other clients have set:
 * Prisma takes every timestamptz that it reads for UTC. Start-up parameters of their own and not in `options`, because
 * PgBouncer takes these two, and keeps them for each of its clients.
 *
 * It sends no password that can be read along the way: whoever answers in the server's place need only ask for it.
 */
export class SessionClient extends pg.Client {
  /** What pg sends when it connects (PostgreSQL's manual, 55.2.1). */
  getStartupConf(): Record<string, string> {
    return { ...getStartupConf.call(this as unknown as Inner), TimeZone: "UTC", DateStyle: "ISO" };
  }

  /** What pg does when the server wants the password as it is (AuthenticationCleartextPassword, 55.7). */
  _handleAuthCleartextPassword(message: unknown): void {
    const inner = this as unknown as Inner;
    const { stream } = inner.connection;
    if (isThisMachine(this.host) || stream.encrypted) _handleAuthCleartextPassword.call(inner, message);
    else stream.destroy(new CleartextPasswordError());
  }

  /**
   * What pg does when it cannot go on with a sign-in; it leaves the connection open, and the server's process waits a
   * minute for the rest, in which nobody can drop a database.
   */
  _handleErrorWhileConnecting(error: Error): void {
    const inner = this as unknown as Inner;
    _handleErrorWhileConnecting.call(inner, error);
    inner.connection.stream.destroy();
  }
}
