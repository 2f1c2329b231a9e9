import { createHmac, timingSafeEqual } from "node:crypto";
import type { KeyRing } from "./keys";

/** What a refresh token says: which session, and which step of its rotation. */
export type RefreshTokenContent = { sessionId: string; generation: number };

export type RefreshTokens = {
  /** The token of one generation of a session; the same content always gives the same token. */
  issue(content: RefreshTokenContent): string;
  /** @returns null unless one of our keys made the token; never throws */
  open(token: string): RefreshTokenContent | null;
};

const VERSION = 1;
const CONTENT_BYTES = 1 + 16 + 4;
const MAC_BYTES = 32;
const TOKEN_LENGTH = Math.ceil(((CONTENT_BYTES + MAC_BYTES) * 4) / 3);

/** Refresh tokens: version, session id, generation and an HMAC-SHA256 over them, in base64url. */
export function createRefreshTokens(ring: KeyRing): RefreshTokens {
  const mac = (key: Buffer, content: Uint8Array) => createHmac("sha256", key).update(content).digest();
  return {
    issue({ sessionId, generation }) {
      const content = Buffer.alloc(CONTENT_BYTES);
      content.writeUInt8(VERSION, 0);
      content.write(sessionId.replaceAll("-", ""), 1, "hex");
      content.writeUInt32BE(generation, 17);
      return Buffer.concat([content, mac(ring[0].refreshMacKey, content)]).toString("base64url");
    },
    open(token) {
      if (token.length !== TOKEN_LENGTH) return null;
      const bytes = Buffer.from(token, "base64url");
      if (bytes.toString("base64url") !== token || bytes[0] !== VERSION) return null;
      const content = bytes.subarray(0, CONTENT_BYTES);
      const given = bytes.subarray(CONTENT_BYTES);
      if (!ring.some((key) => timingSafeEqual(mac(key.refreshMacKey, content), given))) return null;
      const id = content.toString("hex", 1, 17);
      return {
        sessionId: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
        generation: content.readUInt32BE(17),
      };
    },
  };
}
