import { GUESSES, isGuessable } from "./guessable";
import { readPemFile, repairPem } from "./pem";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type JwtAlgorithm = "HS256" | "HS384" | "HS512" | "ES256" | "RS256" | "EdDSA";

/** What signs: a shared secret (HS*) or a PKCS#8 PEM private key (ES256, RS256, EdDSA). */
export type KeyMaterial = Readonly<
  { algorithm: JwtAlgorithm } & ({ secret: string } | { privateKeyPem: string })
>;

export type SecurityConfig = Readonly<{
  algorithm: JwtAlgorithm;
  /** Null in development when nothing is configured: a secret is made once and kept in the data folder. */
  current: KeyMaterial | null;
  /** Still accepted, never used to sign, so that keys rotate without a logout. */
  previous: KeyMaterial | null;
  accessTokenExpirySeconds: number;
  refreshTokenExpirySeconds: number;
  refreshReuseGraceSeconds: number;
  sessionMaxSeconds: number;
  /** Signed-in devices a player may have; one more signs the idlest out. */
  maxSessionsPerUser: number;
}>;

/** Bytes an HMAC secret must have: those of the hash it feeds (RFC 7518 §3.2). */
const MINIMUM_SECRET_BYTES: Partial<Record<JwtAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

const EXAMPLE_SECRETS = new Set([
  "your-secure-jwt-secret",
  "your-very-secure-random-secret",
  "your-secure-jwt-secret-of-at-least-32-bytes",
]);

const DAY = 86_400;

export function securitySection(
  settings: Settings,
  cwd: string,
  production: boolean,
  problems: Problems,
): SecurityConfig {
  const algorithm = settings.JWT_ALGORITHM;
  const pem = (name: "JWT_PRIVATE_KEY" | "JWT_PRIVATE_KEY_PREVIOUS") =>
    readPem(settings[name], settings[`${name}_FILE`], `${name}_FILE`, cwd, problems);
  const key = { secret: settings.JWT_SECRET, pem: pem("JWT_PRIVATE_KEY") };
  const previousKey = { secret: settings.JWT_SECRET_PREVIOUS, pem: pem("JWT_PRIVATE_KEY_PREVIOUS") };
  const config: SecurityConfig = {
    algorithm,
    current: material(algorithm, key, "", production, problems),
    previous: material(
      settings.JWT_ALGORITHM_PREVIOUS ?? sameKindOr(algorithm, previousKey),
      previousKey,
      "_PREVIOUS",
      production,
      problems,
    ),
    accessTokenExpirySeconds: Math.round(settings.ACCESS_TOKEN_EXPIRY_MINUTES * 60),
    refreshTokenExpirySeconds: Math.round(settings.REFRESH_TOKEN_EXPIRY_DAYS * DAY),
    refreshReuseGraceSeconds: settings["security.refresh_reuse_grace_seconds"],
    sessionMaxSeconds: Math.round(settings["security.session_max_days"] * DAY),
    maxSessionsPerUser: settings["security.max_sessions_per_user"],
  };
  if (!config.current && (production || !isHmac(algorithm))) {
    problems.add(
      isHmac(algorithm) ? "JWT_SECRET: missing" : `JWT_PRIVATE_KEY: missing (${algorithm} signs with it)`,
    );
  }
  return config;
}

export function isHmac(algorithm: JwtAlgorithm): boolean {
  return algorithm.startsWith("HS");
}

type Given = { secret: string | undefined; pem: string | undefined };

function sameKindOr(algorithm: JwtAlgorithm, given: Given): JwtAlgorithm {
  if (isHmac(algorithm)) return given.secret || !given.pem ? algorithm : "ES256";
  return given.pem ? algorithm : "HS256";
}

function material(
  algorithm: JwtAlgorithm,
  given: Given,
  suffix: string,
  production: boolean,
  problems: Problems,
): KeyMaterial | null {
  if (!isHmac(algorithm)) return given.pem ? { algorithm, privateKeyPem: given.pem } : null;
  if (!given.secret) return null;
  const name = `JWT_SECRET${suffix}`;
  const minimum = MINIMUM_SECRET_BYTES[algorithm] ?? 0;
  const bytes = Buffer.byteLength(given.secret);
  if (EXAMPLE_SECRETS.has(given.secret)) {
    problems.add(`${name}: is the example value; make your own, for example with \`openssl rand -hex 32\``);
  } else if (bytes < minimum) {
    problems.add(`${name}: ${algorithm} needs ${minimum} bytes or more, this one has ${bytes}`);
  } else if (new Set(given.secret).size < 8) {
    problems.add(`${name}: too regular to be secret; make one with \`openssl rand -hex 32\``);
  } else if (production && isGuessable(given.secret, GUESSES.secret)) {
    problems.add(
      `${name}: can be guessed, for it is made of words, names or patterns; make one with \`openssl rand -hex 32\``,
    );
  }
  return { algorithm, secret: given.secret };
}

function readPem(
  inline: string | undefined,
  file: string | undefined,
  name: string,
  cwd: string,
  problems: Problems,
): string | undefined {
  if (inline) return repairPem(inline);
  return file ? readPemFile(name, file, cwd, problems) : undefined;
}
