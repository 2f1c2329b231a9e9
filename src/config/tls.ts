import { isIP } from "node:net";
import { LOOPBACK_HOSTS } from "./fields";
import { readPemFile } from "./pem";
import type { Problems } from "./problems";

export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

/** As libpq has them, but that `allow` takes TLS wherever it is offered, as `prefer` does. */
export type SslMode = (typeof SSL_MODES)[number];

/** How a connection to PostgreSQL is encrypted. */
export type DatabaseTls = Readonly<{
  /** Absent in development: `prefer`, and plain TCP to this machine. */
  sslmode?: SslMode;
  /** PEM of the certificate authorities that are trusted; absent: the public ones. */
  ca?: string;
  /** PEM of the certificate that we show, and of its key. */
  cert?: string;
  key?: string;
}>;

/** What was set, each with the name that a problem with it is told under. */
export type GivenTls = Record<
  "sslmode" | "sslrootcert" | "sslcert" | "sslkey",
  { name: string; value: string | undefined }
>;

const VERIFYING = ["require", "verify-ca", "verify-full"];

/** @param standard the mode that holds where none is set */
export function tlsSection(
  given: GivenTls,
  standard: SslMode | undefined,
  cwd: string,
  problems: Problems,
): DatabaseTls {
  const { sslmode, sslrootcert, sslcert, sslkey } = given;
  const system = sslrootcert.value === "system";
  const mode = sslmode.value ?? (system ? "verify-full" : standard);
  if (mode !== undefined && !SSL_MODES.includes(mode as SslMode)) {
    problems.add(`${sslmode.name}: must be one of ${SSL_MODES.join(", ")}`);
    return {};
  }
  if (system && mode !== "verify-full") {
    problems.add(`${sslrootcert.name}: system needs ${sslmode.name} verify-full`);
  } else if (sslrootcert.value && !VERIFYING.includes(mode ?? "")) {
    problems.add(`${sslrootcert.name}: is not used unless ${sslmode.name} is ${VERIFYING.join(", ")}`);
  }
  if (mode === "verify-ca" && !sslrootcert.value) {
    problems.add(`${sslmode.name}: verify-ca needs ${sslrootcert.name}, or anybody's certificate would do`);
  }
  if (Boolean(sslcert.value) !== Boolean(sslkey.value)) {
    problems.add(
      `${(sslcert.value ? sslkey : sslcert).name}: missing (a certificate and its key go together)`,
    );
  }
  const read = ({ name, value }: GivenTls["sslcert"]) =>
    value ? readPemFile(name, value, cwd, problems) : undefined;
  const [ca, cert, key] = [system ? undefined : read(sslrootcert), read(sslcert), read(sslkey)];
  return {
    ...(mode === undefined ? {} : { sslmode: mode as SslMode }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * The mode where none is set: in production nobody reads or answers along the way to another machine. Undefined where
 * {@link effectiveSslMode} knows.
 */
export function standardSslMode(host: string, production: boolean): SslMode | undefined {
  return production && !isThisMachine(host) ? "verify-full" : undefined;
}

/** The mode that holds for a host: a socket's folder knows no TLS, and to this machine none is needed. */
export function effectiveSslMode(host: string, sslmode: SslMode | undefined): SslMode {
  if (isSocket(host)) return "disable";
  return sslmode ?? (isThisMachine(host) ? "disable" : "prefer");
}

/** Whether what is sent to a host stays on this machine: by loopback, or through a socket's folder. */
export function isThisMachine(host: string): boolean {
  return isSocket(host) || LOOPBACK_HOSTS.has(isIP(host) === 6 ? `[${host}]` : host);
}

function isSocket(host: string): boolean {
  return host.startsWith("/");
}
