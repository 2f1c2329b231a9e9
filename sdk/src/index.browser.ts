import { AccountManager } from "./manager.ts";
import type { OAuthManagerOptions } from "./options.ts";
import { browserPlatform } from "./platform.browser.ts";

export * from "./exports.ts";

/** The account of this game's player, in a browser. */
export class OAuthManager extends AccountManager {
  constructor(options: OAuthManagerOptions) {
    super(options, browserPlatform);
  }
}
