import { OAuthManager } from "../../../sdk/src/oauth-manager.ts";
import type { OAuthManagerOptions } from "../../../sdk/src/options.ts";
import type { Platform } from "../../../sdk/src/platform.ts";
import type { AccountStorage } from "../../../sdk/src/storage/storage.ts";
import { FakeClock } from "./fake-clock.ts";
import { BACKEND, FakeServer } from "./fake-server.ts";

/** An asynchronous storage in memory, shared by whoever gets it: a process each, say. */
export class MemoryStorage implements AccountStorage {
  readonly values = new Map<string, string>();
  writes = 0;

  async get(key: string): Promise<string | null> {
    return this.values.get(key) ?? null;
  }

  async set(key: string, value: string): Promise<void> {
    this.writes++;
    this.values.set(key, value);
  }

  async remove(key: string): Promise<void> {
    this.writes++;
    this.values.delete(key);
  }

  /** The stored session, parsed. */
  get session(): Record<string, unknown> | null {
    const [, value] = [...this.values].find(([key]) => !key.endsWith(".guest")) ?? [];
    return value ? JSON.parse(value) : null;
  }
}

export interface Game {
  readonly clock: FakeClock;
  readonly server: FakeServer;
  readonly storage: MemoryStorage;
  readonly oauth: OAuthManager;
  /** Every event, in order, as `name:detail`. */
  readonly events: string[];
  readonly warnings: unknown[][];
  /** Ends the subscriptions that `events` comes from. */
  off(): void;
}

export interface GameOptions extends Partial<OAuthManagerOptions> {
  world?: Partial<Pick<Game, "clock" | "server" | "storage">>;
  platform?: Partial<Platform>;
}

/** A game whose player signs in without a browser; callbacks run by themselves unless told otherwise. */
export function createGame({ world = {}, platform, ...options }: GameOptions = {}): Game {
  const clock = world.clock ?? new FakeClock();
  const server = world.server ?? new FakeServer(clock);
  const storage = world.storage ?? new MemoryStorage();
  const warnings: unknown[][] = [];
  const oauth = new OAuthManager(
    {
      backendUrl: BACKEND,
      callbacks: "immediate",
      storage,
      clock,
      fetch: server.fetch,
      warn: (...warning) => warnings.push(warning),
      ...options,
    },
    {
      storage: () => storage,
      signIn: ({ complete }) => complete({ login_code: "code", code_verifier: "verifier" }),
      ...platform,
    },
  );
  const events: string[] = [];
  const subscriptions = [
    oauth.on("login", ({ name }) => events.push(`login:${name}`)),
    oauth.on("logout", () => events.push("logout")),
    oauth.on("user", ({ name }) => events.push(`user:${name}`)),
    oauth.on("status", ({ state }) => events.push(`status:${state}`)),
  ];
  const off = () => {
    for (const end of subscriptions) end();
  };
  return { clock, server, storage, oauth, events, warnings, off };
}

/** A game with a player signed in, and the events of that forgotten. */
export async function createSignedInGame(options: GameOptions = {}): Promise<Game> {
  const game = createGame(options);
  await game.oauth.loginWithIdToken("id-token");
  await game.clock.advance(0);
  game.events.length = 0;
  return game;
}
