import { randomBytes } from "node:crypto";
import type { SessionAnswer } from "../../src/session/model";

/** Longer than the server may take for any answer. */
export const PATIENCE_MS = 15_000;

export type Reply = {
  status: number;
  headers: Headers;
  body: SessionAnswer & {
    code?: string;
    ticket?: string;
    changes?: { id: string }[];
    transfer_code?: string;
  };
};

/**
 * One request on a connection of its own, its answer read whole.
 * @throws what `fetch` throws when the connection fails or no answer comes in time
 */
export async function ask(
  origin: string,
  route: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(origin + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    keepalive: false,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} };
}

export function refresh(origin: string, refresh_token: string): Promise<Reply> {
  return ask(origin, "POST /api/refresh", { refresh_token });
}

export function bearer({ access_token }: { access_token: string }): Record<string, string> {
  return { authorization: `Bearer ${access_token}` };
}

/** Google's tokens for an account, by default one that nobody used before. */
export async function googleTokens(google: { origin: string }, account = freshAccount()) {
  const reply = await ask(google.origin, "POST /local/tokens", { account });
  return reply.body as unknown as { access_token: string; id_token: string };
}

/** A Google access token alone. */
export async function googleToken(google: { origin: string }, account?: string): Promise<string> {
  return (await googleTokens(google, account)).access_token;
}

/** A name that no other looks like. */
export function freshName(): string {
  const letters = "bdghkqrtwxyz";
  return Array.from(randomBytes(14), (byte) => letters[byte % letters.length]).join("");
}

export function freshAccount(): string {
  return `player-${Bun.randomUUIDv7()}@players.example`;
}

/** Signs in, by default a new player. @throws unless the server agrees */
export async function signIn(
  origin: string,
  google: { origin: string },
  account?: string,
): Promise<SessionAnswer> {
  const reply = await ask(origin, "POST /api/login", { access_token: await googleToken(google, account) });
  if (reply.status !== 200) throw new Error(`sign-in answered ${reply.status} ${reply.body.code}`);
  return reply.body;
}

/** Plays as the guest of a key, by default of a new one. @throws unless the server agrees */
export async function playAsGuest(origin: string, guest_key = newGuestKey()): Promise<SessionAnswer> {
  const reply = await ask(origin, "POST /api/login", { provider: "guest", guest_key });
  if (reply.status !== 200) throw new Error(`a guest was answered ${reply.status} ${reply.body.code}`);
  return reply.body;
}

/** A key as a game makes one for each install. */
export function newGuestKey(): string {
  return randomBytes(32).toString("base64url");
}

/** What a request came to: null when no answer came. */
export async function outcome(request: Promise<Reply | null>): Promise<Reply | null> {
  return request.catch(() => null);
}
