import { AccountManager } from "./manager.ts";
import type { OAuthManagerOptions } from "./options.ts";
import { nodePlatform } from "./platform.node.ts";

export * from "./exports.ts";

/** The account of this game's player, on a desktop: Bun, Node or Electron's main process. */
export class OAuthManager extends AccountManager {
  constructor(options: OAuthManagerOptions) {
    super(options, nodePlatform);
  }
}
