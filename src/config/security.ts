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
  /** Accepted, never used to sign: the keys before and after the current one, so that keys rotate without a logout. */
  accepted: readonly KeyMaterial[];
  refreshTokens: RefreshTokenSecrets;
  /** `aud` of access tokens (RFC 9068 §2.2). */
  audience: string;
  accessTokenExpirySeconds: number;
  refreshTokenExpirySeconds: number;
  refreshReuseGraceSeconds: number;
  sessionMaxSeconds: number;
  /** Signed-in devices a player may have; one more signs the idlest out. */
  maxSessionsPerUser: number;
}>;

/** What refresh tokens are made with. */
export type RefreshTokenSecrets = Readonly<{
  /** Null: a key derived from the access tokens' current one. */
  current: string | null;
  /** Those before and after the current one. */
  accepted: readonly string[];
  /** Whether tokens made with a key that was derived from the access tokens' are accepted beside `current`. */
  derivedAccepted: boolean;
}>;

/** Bytes an HMAC secret must have: those of the hash it feeds (RFC 7518 §3.2). */
const MINIMUM_SECRET_BYTES: Partial<Record<JwtAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

const MINIMUM_REFRESH_SECRET_BYTES = 32;

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
  const keyOf = (suffix: Suffix) => ({
    secret: settings[`JWT_SECRET${suffix}`],
    pem: readPem(
      settings[`JWT_PRIVATE_KEY${suffix}`],
      settings[`JWT_PRIVATE_KEY${suffix}_FILE`],
      `JWT_PRIVATE_KEY${suffix}_FILE`,
      cwd,
      problems,
    ),
  });
  const otherKey = (suffix: "_PREVIOUS" | "_NEXT") => {
    const given = keyOf(suffix);
    const ofAlgorithm = settings[`JWT_ALGORITHM${suffix}`] ?? sameKindOr(algorithm, given);
    return material(ofAlgorithm, given, suffix, production, problems) ?? [];
  };
  const config: SecurityConfig = {
    algorithm,
    current: material(algorithm, keyOf(""), "", production, problems),
    accepted: [otherKey("_PREVIOUS"), otherKey("_NEXT")].flat(),
    refreshTokens: refreshTokenSecrets(settings, production, problems),
    audience: settings.JWT_AUDIENCE,
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

type Suffix = "" | "_PREVIOUS" | "_NEXT";

function refreshTokenSecrets(
  settings: Settings,
  production: boolean,
  problems: Problems,
): RefreshTokenSecrets {
  const secretOf = (suffix: Suffix) => {
    const name = `REFRESH_TOKEN_SECRET${suffix}` as const;
    const secret = settings[name];
    if (secret === undefined) return null;
    requireSecret(name, secret, "a refresh token", MINIMUM_REFRESH_SECRET_BYTES, production, problems);
    if (secret === settings.JWT_SECRET) problems.add(`${name}: must not be JWT_SECRET`);
    return secret;
  };
  const current = secretOf("");
  if (production && current === null)
    problems.warn(
      "REFRESH_TOKEN_SECRET: not set, so that refresh tokens are made with a key derived from the access tokens' key: " +
        "whoever holds that one, a game server for example, can make them too",
    );
  return {
    current,
    accepted: [secretOf("_PREVIOUS"), secretOf("_NEXT")].filter((secret) => secret !== null),
    derivedAccepted: settings["security.accept_refresh_tokens_of_jwt_secret"],
  };
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
  requireSecret(name, given.secret, algorithm, MINIMUM_SECRET_BYTES[algorithm] ?? 0, production, problems);
  return { algorithm, secret: given.secret };
}

function requireSecret(
  name: string,
  secret: string,
  user: string,
  minimum: number,
  production: boolean,
  problems: Problems,
): void {
  const bytes = Buffer.byteLength(secret);
  if (EXAMPLE_SECRETS.has(secret)) {
    problems.add(`${name}: is the example value; make your own, for example with \`openssl rand -hex 32\``);
  } else if (bytes < minimum) {
    problems.add(`${name}: ${user} needs ${minimum} bytes or more, this one has ${bytes}`);
  } else if (new Set(secret).size < 8) {
    problems.add(`${name}: too regular to be secret; make one with \`openssl rand -hex 32\``);
  } else if (production && isGuessable(secret, GUESSES.secret)) {
    problems.add(
      `${name}: can be guessed, for it is made of words, names or patterns; make one with \`openssl rand -hex 32\``,
    );
  }
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
