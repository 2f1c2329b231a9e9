import { randomBytes } from "node:crypto";

/** What a server's key may be good for, each with a phrase for the command's help. */
export const SERVER_KEY_SCOPES = {
  introspect: "ask whether a token is good (POST /oauth/introspect)",
  "tickets:redeem": "let players in by their join tickets (POST /api/join_tickets/redeem), with --server",
  "progress:write": "report what players have won (PATCH /api/players/:id/progress, POST /api/matches)",
} as const;

export type ServerKeyScope = keyof typeof SERVER_KEY_SCOPES;

/** What a game server may be called, where players ask for a ticket to it. */
export const SERVER_NAME = "^[A-Za-z0-9._-]{1,64}$";

const PREFIX = "sk_";
const SHAPE = /^sk_[A-Za-z0-9_-]{43}$/;

/** A new key of 256 random bits. It is shown once and kept as its hash. */
export function newServerKey(): string {
  return PREFIX + randomBytes(32).toString("base64url");
}

/** The server key that a request carries as its Bearer token; null when it carries none, or none of that shape. */
export function serverKeyIn(headers: Headers): string | null {
  const [, key] = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  return key !== undefined && SHAPE.test(key) ? key : null;
}

export function isServerKeyScope(scope: string): scope is ServerKeyScope {
  return Object.hasOwn(SERVER_KEY_SCOPES, scope);
}
