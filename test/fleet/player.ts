import { OAuthManager } from "../../sdk/src/oauth-manager.ts";
import type { GameServer } from "../../sdk/src/server/index.ts";
import { MemoryStorage } from "../sdk/support/game";
import { freshName } from "../support/client";
import type { Random } from "../support/random";
import { sessionIdOf } from "../support/session-row";
import type { Account } from "./ledger";
import type { Traffic } from "./traffic";
import { countedFetch } from "./wire";

/** How long a game goes on asking, in seconds. */
const PATIENCE_SECONDS = 120;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

export type World = {
  origin: string;
  traffic: Traffic;
  random: Random;
  /** Reports what players have won. */
  gameServer: GameServer;
  stop: AbortSignal;
};

/** A game with the SDK, whose player is a guest. It notes what was acknowledged, and asks again as a game does. */
export class Player {
  account: Account | undefined;
  /** Whether the SDK has told the game that the session is over. */
  signedOut = false;
  private readonly oauth: OAuthManager;

  constructor(
    private readonly world: World,
    index: number,
  ) {
    this.oauth = new OAuthManager({
      backendUrl: world.origin,
      storage: new MemoryStorage(),
      callbacks: "immediate",
      device: "fleet",
      warn: () => {},
      fetch: countedFetch(world.traffic, `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`),
    });
    this.oauth.on("logout", () => {
      this.signedOut = true;
    });
  }

  async signIn(): Promise<void> {
    const user = await this.insist("a sign-in", () => this.oauth.loginAsGuest());
    if (!user) return;
    const sessionId = sessionIdOf({ access_token: await this.oauth.getAccessToken() });
    const nothing = { openNames: [], renames: 0, stars: 0, openStars: 0, rotations: 0 };
    this.account = { userId: user.id, sessionId, name: user.name, ...nothing };
  }

  /** One thing that players do, by chance. */
  async act(): Promise<void> {
    const kind = this.world.random.fraction();
    if (!this.account) await this.signIn();
    else if (kind < 0.4) await this.refresh();
    else if (kind < 0.6) await this.rename(this.account);
    else if (kind < 0.8) await this.progress(this.account);
    else await this.lookAtProfile();
  }

  /** @returns whether there are new tokens */
  async refresh(): Promise<boolean> {
    const user = await this.insist("a refresh", () => this.oauth.refreshTokens());
    if (user && this.account) {
      this.requireOwn("a refresh", user.id);
      this.account.rotations += 1;
    }
    return user !== undefined;
  }

  get isSignedIn(): boolean {
    return this.oauth.isLoggedIn();
  }

  dispose(): void {
    this.oauth.dispose();
  }

  private async rename(account: Account): Promise<void> {
    const name = freshName();
    account.openNames.push(name);
    const user = await this.insist("a rename", () => this.oauth.updateUsername(name));
    if (!user) return;
    this.requireOwn("a rename", user.id);
    Object.assign(account, { name, openNames: [], renames: account.renames + 1 });
  }

  /** The game server's own client asks again by itself. */
  private async progress(account: Account): Promise<void> {
    const { gameServer, stop } = this.world;
    const began = performance.now();
    account.openStars += 1;
    const options = { retryForSeconds: PATIENCE_SECONDS, signal: stop };
    try {
      const { id } = await gameServer.updateProgress(account.userId, { stars: 1 }, options);
      this.requireOwn("a report", id);
      account.openStars -= 1;
      account.stars += 1;
      this.world.traffic.waited((performance.now() - began) / 1_000);
    } catch (error) {
      this.gaveUp("a report", error);
    }
  }

  private async lookAtProfile(): Promise<void> {
    await this.insist("a look at the profile", async () => {
      const response = await this.oauth.fetch(`${this.world.origin}/api/me`);
      if (!response.ok) throw Object.assign(new Error("no profile"), { status: response.status });
      const { user } = (await response.json()) as { user: { id: number } };
      this.requireOwn("a look at the profile", user.id);
      return true;
    });
  }

  /** Nothing may ever be answered for somebody else. */
  private requireOwn(what: string, userId: number): void {
    if (userId !== this.account?.userId)
      this.world.traffic.failed(
        `${what} of player ${this.account?.userId} was answered for player ${userId}`,
      );
  }

  /** Asks until it is done. @returns undefined for what never was */
  private async insist<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    const began = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const done = await ask();
        this.world.traffic.waited((performance.now() - began) / 1_000);
        return done;
      } catch (error) {
        const { code, status = 0, retryAfterSeconds = 0 } = error as Failure;
        const passing = code === "network_error" || status >= 502;
        const late = performance.now() - began > PATIENCE_SECONDS * 1_000;
        if (!passing || late || this.world.stop.aborted) return this.gaveUp(what, error);
        const jittered = pauseMs * (0.5 + this.world.random.fraction() / 2);
        await Bun.sleep(Math.max(jittered, retryAfterSeconds * 1_000));
      }
    }
  }

  private gaveUp(what: string, error: unknown): undefined {
    if (this.world.stop.aborted) return;
    const { code, status, message } = error as Failure;
    this.world.traffic.failed(`${what} came to nothing: ${code ?? message} ${status ?? ""}`.trim());
  }
}

type Failure = { code?: string; status?: number; retryAfterSeconds?: number; message: string };
