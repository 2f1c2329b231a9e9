import type { DatabaseConfig } from "../config/config";

/** The database cannot be used. The message is one plain sentence for the terminal and holds no secret. */
export class DatabaseStartError extends Error {
  override name = "DatabaseStartError";
  /** Whether it stays so, however often the server is started, until somebody mends it. */
  readonly lasting: boolean;

  constructor(message: string, { lasting = false, ...options }: ErrorOptions & { lasting?: boolean } = {}) {
    super(message, options);
    this.lasting = lasting;
  }
}

/** The server wants the password in clear where others could read it. None was sent. */
export class CleartextPasswordError extends Error {
  override name = "CleartextPasswordError";
  readonly code = "CLEARTEXT_PASSWORD";

  constructor() {
    super("The server asks for the password in clear on a connection without TLS");
  }
}

/** Puts a driver's error, met while connecting to PostgreSQL, into one sentence. */
export function toStartError(
  error: unknown,
  config: Extract<DatabaseConfig, { kind: "postgres" }>,
): DatabaseStartError {
  if (error instanceof DatabaseStartError) return error;
  const where = config.host.startsWith("/") ? config.host : `${config.host}:${config.port}`;
  return new DatabaseStartError(startSentence(error, where, config), { cause: error });
}

function startSentence(
  error: unknown,
  where: string,
  { user, database }: { user: string; database: string },
) {
  const code = codesOf(error)[0] ?? "";
  const message = error instanceof Error ? error.message : String(error);
  if (code === "28P01") return `PostgreSQL at ${where} refuses the password of role "${user}".`;
  if (code === "28000") return `PostgreSQL at ${where} does not let role "${user}" in: ${message}.`;
  if (message.includes("client password must be a string"))
    return `PostgreSQL at ${where} asks for the password of role "${user}", and none is set.`;
  if (code === "3D000")
    return `The database "${database}" does not exist at ${where}; "bun run setup-db" creates it.`;
  if (isParameterRefused(error))
    return `The pooler at ${where} takes no session options; set them on the role instead, as in ALTER ROLE "${user}" SET search_path = ….`;
  if (error instanceof CleartextPasswordError)
    return `PostgreSQL at ${where} asks for the password of role "${user}" in clear on a connection without TLS, and got none; set DB_SSLMODE to verify-full, or have the role's password checked by scram-sha-256.`;
  if (message === NO_TLS)
    return `PostgreSQL at ${where} offers no TLS; turn it on there, or set DB_SSLMODE to disable where the network is trusted.`;
  if (isCertificate(code))
    return `The certificate of PostgreSQL at ${where} is refused: ${message}; set DB_SSLROOTCERT to the file of the authority that signed it, or DB_SSLMODE to a mode that checks less.`;
  if (isTls(code, message)) return `The TLS connection to PostgreSQL at ${where} fails: ${message}.`;
  if (isUnavailable(error)) return `PostgreSQL does not answer at ${where} (${code || message}).`;
  return `PostgreSQL at ${where} refuses to work: ${message}.`;
}

/** Whether the database could not be reached or gave no answer in time: nothing is wrong with the request itself. */
export function isUnavailable(error: unknown): boolean {
  if (codesOf(error).some((code) => UNAVAILABLE.test(code))) return true;
  return chain(error).some((link) => link instanceof Error && UNAVAILABLE_MESSAGE.test(link.message));
}

/** Whether the same transaction may succeed when it is run again: serialization failure or deadlock. */
export function isRetryable(error: unknown): boolean {
  return codesOf(error).some((code) => code === "40001" || code === "40P01" || code === "P2034");
}

/** Whether somebody else kept a row locked for longer than a statement waits. */
export function isLockTimeout(error: unknown): boolean {
  return codesOf(error).includes(LOCK_TIMEOUT);
}

/** What PostgreSQL says then, for who waits on this side. */
export function lockTimeout(): Error {
  return Object.assign(new Error("waited too long for a row"), { code: LOCK_TIMEOUT });
}

/** Whether the database takes no writes for now, as one that has just been replaced by another does. */
export function isReadOnly(error: unknown): boolean {
  return codesOf(error).includes(READ_ONLY);
}

/** Whether a statement was refused, and nothing done, because it runs in no transaction: `CREATE DATABASE`, for one. */
export function isRefusedInTransaction(error: unknown): boolean {
  return codesOf(error).includes("25001");
}

/** Whether a connection is of no more use after this: whoever gets it next would meet the same. */
export function isOfConnection(error: unknown): boolean {
  return isOutdatedPlan(error) || isReadOnly(error);
}

/** Whether a statement, prepared before a migration, has to be prepared anew. Only another connection can. */
export function isOutdatedPlan(error: unknown): boolean {
  return chain(error).some(
    (link) =>
      (link as { code?: unknown }).code === "0A000" &&
      link instanceof Error &&
      link.message.startsWith("cached plan must not change result type"),
  );
}

/** Whether a pooler refuses to connect because of a parameter that PostgreSQL takes. */
export function isParameterRefused(error: unknown): boolean {
  return REFUSED_PARAMETER.test((error as Error | undefined)?.message ?? "");
}

/** Whether a pooler has another connection behind ours than the one that a statement was prepared on. */
export function isStatementLost(error: unknown): boolean {
  return codesOf(error).some((code) => code === "26000" || code === "42P05");
}

const REFUSED_PARAMETER = /^unsupported startup parameter/;
const READ_ONLY = "25006";
const LOCK_TIMEOUT = "55P03";

/**
 * The unique constraint an insert or update ran into, as its index is named in the database
 * (`users_google_id_key`, say); null for every other error.
 */
export function uniqueViolation(error: unknown): string | null {
  for (const link of chain(error)) {
    const { code, constraint, kind } = link as { code?: unknown; constraint?: unknown; kind?: unknown };
    if (code === "23505" && typeof constraint === "string") return constraint;
    if (kind === "UniqueConstraintViolation")
      return (constraint as { index?: string } | undefined)?.index ?? "";
  }
  return codesOf(error).includes("P2002") ? "" : null;
}

/** The column, as in `name_looks.user_id`, that an insert or update left empty though it must not be; null for other errors. */
export function notNullViolation(error: unknown): string | null {
  for (const link of chain(error)) {
    const { code, table, column } = link as { code?: unknown; table?: unknown; column?: unknown };
    if (code === "23502") return `${table}.${column}`;
  }
  return null;
}

/**
 * Socket errors; SQLSTATE class 08 (connection), 53 (resources), 57014 (statement timeout), 57P0x (shutdown,
 * starting up), 55P03 (lock timeout), 25P03 (idle in transaction), 25006 (read-only); ours for a password in clear;
 * Prisma's P10xx, P2024 and P2028.
 */
const UNAVAILABLE =
  /^(E(CONNREFUSED|CONNRESET|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOENT)|08...|53...|57014|57P0.|55P03|25P0[34]|25006|CLEARTEXT_PASSWORD|P10(01|02|08|11|17)|P2024|P2028|P2037)$/;

/** What pg and pg-pool say in errors that have no code. */
const UNAVAILABLE_MESSAGE =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated.*|Cannot use a pool after calling end on the pool|Client has encountered a connection error and is not queryable)/;

/**
 * What names an error in the log: the code of the system or of PostgreSQL, Prisma's own, or, where there is none, the
 * driver's fixed sentence. Never a message that could quote data.
 */
export function causeCode(error: unknown): string | undefined {
  const codes = codesOf(error).filter((code) => /^[\w.-]{1,64}$/.test(code));
  const [code = codes[0]] = codes.filter((each) => !/^P\d{4}$/.test(each));
  if (code) return code;
  const errors = chain(error).filter((link) => link instanceof Error);
  return (
    errors.map(({ message }) => UNAVAILABLE_MESSAGE.exec(message)?.[0]).find(Boolean) ?? errors.at(-1)?.name
  );
}

/** What pg says of a server that speaks plain text only. */
const NO_TLS = "The server does not support SSL connections";

/** What OpenSSL calls that which is wrong with a certificate, and Node the name on it. */
function isCertificate(code: string): boolean {
  return /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_ALTNAME)/.test(code);
}

function isTls(code: string, message: string): boolean {
  return /CERT|TLS|SSL/.test(code) || /SSL|certificate/.test(message);
}

function codesOf(error: unknown): string[] {
  return chain(error).flatMap((link) => {
    const { code, originalCode } = link as { code?: unknown; originalCode?: unknown };
    return [code, originalCode].filter((value): value is string => typeof value === "string");
  });
}

/** An error, its causes, an aggregate's members and what Prisma's driver adapter wraps, outermost first. */
function chain(error: unknown): object[] {
  const links: object[] = [];
  const queue = [error];
  while (queue.length > 0 && links.length < 16) {
    const link = queue.shift();
    if (typeof link !== "object" || link === null || links.includes(link)) continue;
    links.push(link);
    const { cause, errors, meta } = link as { cause?: unknown; errors?: unknown; meta?: unknown };
    const adapter = (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError;
    queue.push(cause, adapter, ...(Array.isArray(errors) ? errors : []));
  }
  return links;
}
