import type { Clock } from "../clock";
import type { KeyRing } from "../session/keys";
import { createSealer } from "../session/sealer";
import type { ActionName } from "./actions";
import { createCookie } from "./cookie";

/** A form that was sent when nobody might, for the time of a sign-in. */
export type Draft = {
  userId: number;
  action: ActionName;
  /** As they were filled in. */
  fields: Record<string, string>;
};

export type Drafts = {
  /** @returns the Set-Cookie header that keeps it; null when it is too long for a cookie */
  keep(draft: Draft): Promise<string | null>;
  find(headers: Headers): Promise<Draft | null>;
  /** @returns the Set-Cookie header that drops what the browser keeps; null when that is nothing */
  drop(headers: Headers): string | null;
};

/** What browsers take for a cookie, name and attributes included (RFC 6265 §6.1). */
const MAXIMUM_COOKIE_BYTES = 4_000;
const LIFETIME_SECONDS = 600;

/** Forms on their way through a sign-in, in the browser that they were filled in with, sealed. */
export function createDrafts(ring: KeyRing, clock: Clock, publicUrl: string | null): Drafts {
  const sealer = createSealer<Draft>(ring, "console draft", LIFETIME_SECONDS, clock);
  const cookie = createCookie("console-draft", publicUrl, LIFETIME_SECONDS);
  return {
    async keep(draft) {
      const header = cookie.set(await sealer.seal(draft));
      return header.length > MAXIMUM_COOKIE_BYTES ? null : header;
    },
    async find(headers) {
      const sealed = cookie.read(headers);
      const opened = sealed === null ? null : await sealer.open(sealed);
      return opened && { userId: opened.userId, action: opened.action, fields: opened.fields };
    },
    drop: (headers) => (cookie.read(headers) === null ? null : cookie.clear()),
  };
}
