import {
  createHmac,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from "node:crypto";
import type { OnceToken } from "../../../src/authorization/store";
import { systemClock } from "../../../src/clock";
import { loadConfig } from "../../../src/config/config";
import { GAME_CLIENT_ID } from "../../../src/config/oauth";
import { GOOGLE, type Identity, type Profile } from "../../../src/identity/provider";
import { PLAYER } from "../../../src/roles/role";
import { createAccessTokens, OWN_ENDPOINTS } from "../../../src/session/access-token";
import { createIssuer } from "../../../src/session/issuer";
import { loadKeyRing } from "../../../src/session/keys";
import type { NewSession, RotationAttempt } from "../../../src/session/store";
import { sha256 } from "../../../src/sha256";
import type { UserRow } from "../../../src/users/store";
import { suggestNames } from "../../../src/users/suggested-names";
import { parseUsername, type Username } from "../../../src/users/username";
import { provenKey } from "./hand-written-proof";

/** The statements behind the routes; each contestant brings its own way to run them. */
export type Store = {
  rotate(attempt: RotationAttempt): Promise<{ generation: number; user: UserRow } | null>;
  /** Spends the id of a proof. */
  spendOnce(hash: Buffer, expiresAt: Date): Promise<boolean>;
  findUser(sessionId: string, userId: number): Promise<UserRow | null>;
  /** @param idToken is spent, if the contestant does that */
  signIn(
    identity: Identity,
    opening: NewSession,
    idToken: OnceToken | null,
  ): Promise<{ user: UserRow; openBefore: number } | null>;
  enroll(
    identity: Identity,
    profile: Profile,
    username: Username,
    opening: NewSession,
    hashes: Buffer[],
  ): Promise<UserRow | null>;
  evictIdlest(userId: number, openBefore: number): Promise<unknown>;
  rename(
    player: Pick<UserRow, "id" | "name">,
    username: Username,
    event: { id: string; requestId: string },
  ): Promise<UserRow | null>;
};

const { env } = process;
export const config = loadConfig({ cwd: import.meta.dir, env });
const [key] = await loadKeyRing(config.security, "/nonexistent");
const refreshMacKey = key.derive("refresh token", 32);
const EXPIRES_IN = config.security.accessTokenExpirySeconds;
// The header, issuer and audience of this server's own tokens, letter for letter.
const [JWT_HEADER, JWT_CLAIMS = ""] = (
  await createAccessTokens(
    [key],
    {
      expiresInSeconds: EXPIRES_IN,
      audience: config.security.audience,
      issuer: createIssuer(config.server),
      firstPartyIds: [GAME_CLIENT_ID],
    },
    systemClock,
  ).issue({ userId: 1, sessionId: "", ...OWN_ENDPOINTS, jkt: null, roles: PLAYER })
).split(".");
const { iss: ISSUER, aud: AUDIENCE } = JSON.parse(Buffer.from(JWT_CLAIMS, "base64url").toString());

const googleKeys = new Map<string, KeyObject>();
const certificates = (await (await fetch(String(env.GOOGLE_CERTS_URL))).json()) as {
  keys: (JsonWebKey & { kid: string })[];
};
for (const jwk of certificates.keys) googleKeys.set(jwk.kid, createPublicKey({ key: jwk, format: "jwk" }));

/** The hot routes of `docs/wire.md` with nothing around them: no framework, validation, limits, log or request id. */
export function serve(store: Store): void {
  Bun.serve({
    hostname: "127.0.0.1",
    port: Number(env.SERVER_PORT),
    routes: {
      "/api/me": {
        async GET(request) {
          const player = await authenticate(store, request);
          return player ? success({ user: player.user }) : refusal("invalid_token");
        },
      },
      "/api/refresh": {
        async POST(request) {
          const content = openRefreshToken(
            ((await request.json()) as { refresh_token: string }).refresh_token,
          );
          if (!content) return refusal("invalid_grant");
          const proof = request.headers.get("dpop");
          const jkt =
            proof && (await provenKey(store, proof, "POST", `${config.server.publicUrl}/api/refresh`));
          const row = await store.rotate({
            ...content,
            ip: addressOf(request),
            jkt,
            clients: [GAME_CLIENT_ID],
          });
          return row
            ? sessionAnswer(row.user, content.sessionId, row.generation, jkt)
            : refusal("invalid_grant");
        },
      },
      "/api/update_username": {
        async POST(request) {
          const player = await authenticate(store, request);
          if (!player) return refusal("invalid_token");
          const parsed = parseUsername(((await request.json()) as { new_username: string }).new_username);
          if (!parsed.ok) return refusal("username_invalid");
          const user = await store.rename(player.user, parsed, {
            id: Bun.randomUUIDv7(),
            requestId: Bun.randomUUIDv7(),
          });
          return user ? success({ user: publicUser(user) }) : refusal("invalid_token");
        },
      },
      "/api/login": {
        async POST(request) {
          const body = (await request.json()) as { id_token?: string; access_token?: string };
          const claims = body.id_token
            ? verifyIdToken(body.id_token)
            : await tokenInfo(String(body.access_token));
          if (!claims) return refusal("google_token_invalid");
          const opening = {
            sessionId: Bun.randomUUIDv7(),
            device: null,
            ip: addressOf(request),
            ...OWN_ENDPOINTS,
            jkt: null,
          };
          const who = {
            provider: GOOGLE,
            subject: claims.sub,
            email: claims.email,
            emailVerified: String(claims.email_verified) === "true",
          };
          const idToken = body.id_token
            ? { hash: sha256(body.id_token), expiresAt: new Date(claims.exp * 1_000) }
            : null;
          const known = await store.signIn(who, opening, idToken);
          if (known) await store.evictIdlest(known.user.id, known.openBefore);
          const user = known?.user ?? (await enroll(store, who, claims, opening));
          return user ? sessionAnswer(user, opening.sessionId, 0) : refusal("google_token_invalid");
        },
      },
    },
    fetch: () => new Response(null, { status: 404 }),
  });
}

type Claims = {
  sub: string;
  email: string;
  email_verified: unknown;
  given_name?: string;
  picture?: string;
  aud: string;
  iss?: string;
  exp: number;
};

async function enroll(
  store: Store,
  who: Identity,
  claims: Claims,
  opening: NewSession,
): Promise<UserRow | null> {
  for (const username of suggestNames(claims.given_name ?? null)) {
    try {
      const profile = { name: claims.given_name ?? null, picture: claims.picture ?? null };
      return await store.enroll(who, profile, username, opening, []);
    } catch {
      // The name is taken: the next one.
    }
  }
  return null;
}

async function authenticate(store: Store, request: Request) {
  const token = request.headers.get("authorization")?.slice(7) ?? "";
  const [header, payload, signature] = token.split(".");
  if (header !== JWT_HEADER || !payload || !signature) return null;
  const mac = createHmac("sha256", String(env.JWT_SECRET)).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== mac.length || !timingSafeEqual(mac, given)) return null;
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  if (
    claims.exp <= Date.now() / 1_000 ||
    claims.iss !== ISSUER ||
    claims.aud !== AUDIENCE ||
    claims.type !== "access"
  )
    return null;
  const user = await store.findUser(claims.sid, claims.user_id);
  return user && { user: publicUser(user), sessionId: claims.sid as string };
}

function openRefreshToken(token: string) {
  const bytes = Buffer.from(token, "base64url");
  const content = bytes.subarray(0, 21);
  const given = bytes.subarray(21);
  const mac = createHmac("sha256", refreshMacKey).update(content).digest();
  if (given.length !== mac.length || !timingSafeEqual(mac, given)) return null;
  const hex = content.toString("hex", 1, 17);
  const sessionId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return { sessionId, generation: content.readUInt32BE(17) };
}

function issueRefreshToken(sessionId: string, generation: number): string {
  const bytes = Buffer.alloc(53);
  bytes[0] = 1;
  bytes.write(sessionId.replaceAll("-", ""), 1, "hex");
  bytes.writeUInt32BE(generation, 17);
  createHmac("sha256", refreshMacKey).update(bytes.subarray(0, 21)).digest().copy(bytes, 21);
  return bytes.toString("base64url");
}

function issueAccessToken(userId: number, sessionId: string, jkt: string | null): string {
  const iat = Math.floor(Date.now() / 1_000);
  const payload = base64url(
    JSON.stringify({
      sub: String(userId),
      user_id: userId,
      sid: sessionId,
      type: "access",
      iss: ISSUER,
      aud: AUDIENCE,
      iat,
      exp: iat + EXPIRES_IN,
      ...(jkt !== null && { cnf: { jkt } }),
    }),
  );
  const signed = `${JWT_HEADER}.${payload}`;
  return `${signed}.${createHmac("sha256", String(env.JWT_SECRET)).update(signed).digest("base64url")}`;
}

function verifyIdToken(token: string): Claims | null {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
  const publicKey = googleKeys.get(kid);
  if (alg !== "RS256" || !publicKey) return null;
  if (
    !verify("RSA-SHA256", Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, "base64url"))
  )
    return null;
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
  return claims.aud === env.GOOGLE_CLIENT_ID &&
    claims.exp > Date.now() / 1_000 &&
    claims.iss === "https://accounts.google.com"
    ? claims
    : null;
}

async function tokenInfo(token: string): Promise<Claims | null> {
  const response = await fetch(String(env.GOOGLE_TOKEN_INFO_URL), {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  const claims = (await response.json()) as Claims;
  return response.ok && claims.aud === env.GOOGLE_CLIENT_ID ? claims : null;
}

function sessionAnswer(
  user: UserRow,
  sessionId: string,
  generation: number,
  jkt: string | null = null,
): Response {
  return success({
    user: publicUser(user),
    access_token: issueAccessToken(user.id, sessionId, jkt),
    refresh_token: issueRefreshToken(sessionId, generation),
    token_type: jkt === null ? "Bearer" : "DPoP",
    expires_in: EXPIRES_IN,
  });
}

function publicUser({ providers, roles, ...user }: UserRow) {
  return { ...user, guest: providers === "guest", providers: [providers], roles: [roles] };
}

function success(body: object): Response {
  return Response.json({ status: "success", ...body });
}

function refusal(code: string): Response {
  return Response.json({ status: "error", code }, { status: 401 });
}

function addressOf(request: Request): string {
  return request.headers.get("x-forwarded-for") ?? "";
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
