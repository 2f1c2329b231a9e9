import { createHmac, timingSafeEqual } from "node:crypto";
import { KEY_ID_BYTES, type RefreshKeyRing, type RefreshTokenKey } from "./refresh-keys";

/** What a refresh token says: which session, and which step of its rotation. */
export type RefreshTokenContent = { sessionId: string; generation: number };

/** A token that one of our keys made; or one of our shape, made with a key that this server does not have. */
export type OpenedRefreshToken =
  | ({ knownKey: true } & RefreshTokenContent)
  | { knownKey: false; sessionId: string };

export type RefreshTokens = {
  /** The token of one generation of a session; the same content always gives the same token. */
  issue(content: RefreshTokenContent): string;
  /** @returns null for what is no token of ours, or one that was changed; never throws */
  open(token: string): OpenedRefreshToken | null;
};

const UUIDV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/;

/** Without a key id, as every release before made them: what a key derived from the access tokens' makes. */
const WITHOUT_KEY_ID = 1;
const WITH_KEY_ID = 2;

const SESSION_BYTES = 16 + 4;
const MAC_BYTES = 32;

/** The last that the column takes, less the one that follows it. */
const LAST_GENERATION = 2 ** 31 - 2;

/** Refresh tokens: version, key id, session id, generation and an HMAC-SHA256 over them, in base64url. */
export function createRefreshTokens(ring: RefreshKeyRing): RefreshTokens {
  const keys = ring.map((key) => ({ ...key, header: headerOf(key) }));
  const [current] = keys as [(typeof keys)[number]];
  return {
    issue({ sessionId, generation }) {
      const at = current.header.length;
      const content = Buffer.alloc(at + SESSION_BYTES);
      content.set(current.header);
      content.write(sessionId.replaceAll("-", ""), at, "hex");
      content.writeUInt32BE(generation, at + 16);
      return Buffer.concat([content, mac(current, content)]).toString("base64url");
    },
    open(token) {
      const bytes = Buffer.from(token.slice(0, 128), "base64url");
      if (bytes.toString("base64url") !== token) return null;
      const headerBytes = headerLength(bytes[0]);
      if (bytes.length !== headerBytes + SESSION_BYTES + MAC_BYTES) return null;
      const header = bytes.subarray(0, headerBytes);
      const content = bytes.subarray(0, -MAC_BYTES);
      const given = bytes.subarray(-MAC_BYTES);
      const named = keys.filter((key) => key.header.equals(header));
      const id = content.toString("hex", headerBytes, headerBytes + 16);
      const sessionId = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
      const generation = content.readUInt32BE(headerBytes + 16);
      if (named.some((key) => timingSafeEqual(mac(key, content), given)))
        return generation > LAST_GENERATION ? null : { knownKey: true, sessionId, generation };
      if (header[0] === WITH_KEY_ID && named.length > 0) return null;
      return UUIDV7.test(sessionId) ? { knownKey: false, sessionId } : null;
    },
  };
}

function headerOf({ id }: RefreshTokenKey): Buffer {
  return id ? Buffer.concat([Buffer.of(WITH_KEY_ID), id]) : Buffer.of(WITHOUT_KEY_ID);
}

function headerLength(version: number | undefined): number {
  if (version === WITHOUT_KEY_ID) return 1;
  return version === WITH_KEY_ID ? 1 + KEY_ID_BYTES : Number.NaN;
}

function mac({ macKey }: Pick<RefreshTokenKey, "macKey">, content: Uint8Array): Buffer {
  return createHmac("sha256", macKey).update(content).digest();
}
