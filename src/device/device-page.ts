import type { BrowserBinding } from "../authorization/browser-binding";
import { REQUEST_LIFETIME_SECONDS } from "../authorization/state";
import type { Clock } from "../clock";
import { ApiError } from "../errors";
import type { Identity, Profile } from "../identity/provider";
import type { KeyRing } from "../session/keys";
import { createSealer } from "../session/sealer";

/** What a page of ours knows when its form comes back. */
export type PageContent = {
  userCode: string;
  /** The browser that it was made for, see `browser-binding.ts`. */
  browser: string;
  /** Who looks at it, once they said so. */
  player?: Identity & Profile;
};

export type DevicePages = {
  /** @returns what the form of a page carries, for ten minutes */
  seal(content: PageContent): Promise<string>;
  /**
   * Opens what a form brings back, in the browser that the page was made for (RFC 9700 §4.7).
   * @param origin of this server
   * @throws {ApiError} authorization_expired when it is not ours, too old, or came from elsewhere
   */
  open(sealed: string, headers: Headers, origin: string): Promise<PageContent>;
};

export function createDevicePages(ring: KeyRing, clock: Clock, binding: BrowserBinding): DevicePages {
  const sealer = createSealer<PageContent>(ring, "device page", REQUEST_LIFETIME_SECONDS, clock);
  return {
    seal: (content) => sealer.seal(content),
    async open(sealed, headers, origin) {
      if (headers.get("origin") !== origin) throw refused("form_of_another_site");
      const content = await sealer.open(sealed);
      if (!content) throw refused("state_unknown");
      if (content.browser !== binding.recognize(headers)) throw refused("state_of_another_browser");
      return content;
    },
  };
}

/** @param cause why, for the log alone */
function refused(cause: string): ApiError {
  return new ApiError("authorization_expired", { cause });
}
