import type { OAuthManager } from "../../src/index.ts";

/** Every callback that processCallbacks() has run, and every warning. */
export class History {
  readonly entries: string[] = [];

  listen(oauth: OAuthManager): void {
    oauth.on("login", ({ name }) => this.add(`login: ${name}`));
    oauth.on("logout", () => this.add("logout"));
    oauth.on("user", ({ name, stars, level }) => this.add(`user: ${name}, level ${level}, ${stars} stars`));
    oauth.on("status", ({ state }) => this.add(`status: ${state}`));
  }

  add(text: string): void {
    this.entries.push(`${new Date().toLocaleTimeString()}  ${text}`);
  }
}
