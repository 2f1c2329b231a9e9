import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AccountError, OAuthManager, type OAuthManagerOptions } from "../../../sdk/src/index.ts";
import { fileStorage } from "../../../sdk/src/storage/file.ts";
import type { TestServer } from "../../support/server";

export interface DesktopGame {
  readonly oauth: OAuthManager;
  /** The page that the system browser was asked to open. */
  readonly url: Promise<URL>;
  /** Every page that it was asked to open so far. */
  readonly urls: URL[];
}

/** Desktop games on a computer of their own, with a folder that goes away with them. */
export class Desktop {
  readonly folder = mkdtempSync(join(tmpdir(), "account-sdk-desktop-"));
  #games: OAuthManager[] = [];

  /** A game whose browser is the test; on any port unless told otherwise. */
  game(server: TestServer, options: Partial<OAuthManagerOptions> = {}): DesktopGame {
    const opened = Promise.withResolvers<URL>();
    const urls: URL[] = [];
    const oauth = new OAuthManager({
      backendUrl: server.origin,
      port: 0,
      callbacks: "immediate",
      storage: fileStorage(this.folder),
      openUrl(url) {
        urls.push(new URL(url));
        opened.resolve(new URL(url));
      },
      ...options,
    });
    this.#games.push(oauth);
    return { oauth, url: opened.promise, urls };
  }

  close(): void {
    for (const oauth of this.#games) oauth.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How the sign-in under way ends. */
export function outcome(oauth: OAuthManager): Promise<"success" | AccountError> {
  return new Promise((resolve) => {
    const off = oauth.on("status", (status) => {
      if (status.state === "in_progress") return;
      off();
      resolve(status.state === "failed" ? status.error : "success");
    });
  });
}
