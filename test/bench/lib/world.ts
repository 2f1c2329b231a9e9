import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock";
import { loadConfig } from "../../../src/config/config";
import { createAccessTokens, OWN_ENDPOINTS } from "../../../src/session/access-token";
import { createIssuer } from "../../../src/session/issuer";
import { loadKeyRing } from "../../../src/session/keys";
import { createRefreshKeyRing } from "../../../src/session/refresh-keys";
import { createRefreshTokens } from "../../../src/session/refresh-token";
import { type RunningLocalGoogle, startLocalGoogle } from "../../../src/stand-ins/google/start";
import { googleUrlVariables } from "../../support/google-urls";

export const GOOGLE_CLIENT_ID = "bench-game.apps.googleusercontent.com";

/** What all contestants share: the secrets, and one stand-in for Google in the benchmark's own process. */
export type World = {
  folder: string;
  google: RunningLocalGoogle;
  /** The environment that this server, the bound and plain Prisma start with. */
  env: Record<string, string>;
  /** Tokens of the first generation of a session, as this server makes them. */
  tokens(userId: number, sessionId: string): Promise<{ accessToken: string; refreshToken: string }>;
  stop(): Promise<void>;
};

export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-bench-"));
  const clientSecret = "bench-client-secret";
  const google = startLocalGoogle({ port: 0, clock: systemClock, clientId: GOOGLE_CLIENT_ID, clientSecret });
  const env = {
    JWT_SECRET: "0f1e2d3c4b5a69788796a5b4c3d2e1f06f1d2c3b4a5968778695a4b3c2d1e0f0",
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET: clientSecret,
    ...googleUrlVariables(google.urls),
    SERVER_HOST: "127.0.0.1",
    // Tokens are from here at whatever port a contestant listens.
    SERVER_PUBLIC_URL: "http://localhost:8000",
  };
  const { security, server } = loadConfig({ cwd: folder, env });
  const keyRing = await loadKeyRing(security, folder);
  const access = createAccessTokens(
    keyRing,
    {
      expiresInSeconds: security.accessTokenExpirySeconds,
      audience: security.audience,
      issuer: createIssuer(server),
    },
    systemClock,
  );
  const refresh = createRefreshTokens(createRefreshKeyRing(security.refreshTokens, keyRing));
  return {
    folder,
    google,
    env,
    tokens: async (userId, sessionId) => ({
      accessToken: await access.issue({ userId, sessionId, ...OWN_ENDPOINTS, jkt: null }),
      refreshToken: refresh.issue({ sessionId, generation: 0 }),
    }),
    async stop() {
      await google.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type GoogleTokens = { access_token: string; id_token: string };

/** Google's tokens for invented accounts, each with a given name of its own. */
export async function googleTokens(google: RunningLocalGoogle, accounts: Account[]): Promise<GoogleTokens[]> {
  const tokens: GoogleTokens[] = [];
  for (let start = 0; start < accounts.length; start += 64) {
    tokens.push(
      ...(await Promise.all(accounts.slice(start, start + 64).map((account) => tokenOf(google, account)))),
    );
  }
  return tokens;
}

export type Account = { sub: string; email: string; name: string };

/** The n-th account of a kind; names are letters that look like no other's. */
export function account(kind: string, n: number): Account {
  return { sub: `${kind}-${n}`, email: `${kind}-${n}@players.example`, name: lettersOf(kind, n) };
}

const LETTERS = "bdghkqrtwxyz";

export function lettersOf(kind: string, n: number): string {
  let letters = "";
  for (let rest = n; letters.length < 7; rest = Math.floor(rest / LETTERS.length)) {
    letters += LETTERS[rest % LETTERS.length];
  }
  return `${kind.slice(0, 1).toUpperCase()}${letters}`;
}

async function tokenOf(google: RunningLocalGoogle, { sub, email, name }: Account): Promise<GoogleTokens> {
  const response = await google.fetch(
    new Request(`${google.origin}/local/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account: email, sub, email, name, given_name: name }),
    }),
  );
  return (await response.json()) as GoogleTokens;
}
