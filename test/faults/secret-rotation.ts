import { randomBytes } from "node:crypto";
import { OAuthManager } from "../../sdk/src/oauth-manager.ts";
import { MemoryStorage } from "../sdk/support/game";
import { ask, googleTokens } from "../support/client";
import type { Proof, Run } from "../support/proof";
import { googleOf, type SpawnedServer, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PLAYERS = 20;

type Environment = Record<string, string>;

/** The secrets that may rotate, each with what goes into `_NEXT` and `_PREVIOUS`. */
const SECRETS = ["JWT_SECRET", "REFRESH_TOKEN_SECRET"] as const;

/** A game that goes on with a stored session. */
class Player {
  logouts = 0;
  readonly oauth: OAuthManager;

  constructor(backendUrl: string, fetch: (input: string) => Promise<Response>) {
    this.oauth = new OAuthManager({
      backendUrl,
      storage: new MemoryStorage(),
      callbacks: "immediate",
      fetch: fetch as typeof globalThis.fetch,
    });
    this.oauth.on("logout", () => {
      this.logouts += 1;
    });
  }

  /** @returns whether the server gave new tokens */
  refresh(): Promise<boolean> {
    return this.oauth.refreshTokens().then(
      () => true,
      () => false,
    );
  }
}

/** Two replicas behind one address: each request goes to one of those that run, by chance. */
class Fleet {
  readonly replicas: SpawnedServer[] = [];
  private readonly folders: string[];

  constructor(
    private readonly run: Run,
    private readonly base: Environment,
  ) {
    this.folders = [0, 1].map(() => serverFolder(run.world));
    run.world.defer(async () => {
      await Promise.all(this.replicas.map((replica) => replica.kill()));
    });
  }

  async restart(index: number, secrets: Environment): Promise<void> {
    await this.replicas[index]?.terminate();
    const env = { ...this.base, ...secrets };
    this.replicas[index] = await spawnServer({ folder: this.folders[index] as string, env });
  }

  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(this.run.random.pick(this.replicas).origin + pathname + search, init);
  };
}

/** Every way to set the secret anew: by the README's three steps, or at a stroke. */
export const secretRotation: Proof = {
  name: "secret rotation",
  title:
    "a secret that is rotated replica by replica signs nobody out, in any order of restarts, and no logout is lost",
  database: "postgres",
  shortRounds: 2,
  longRounds: 40,
  share: 3,
  async prepare(run) {
    const google = googleOf(run.world);
    const database = await databaseOf(run.world);
    const fleet = new Fleet(run, { ...google.env, ...database.env() });
    const secrets: Environment = { JWT_SECRET: fresh() };
    for (const index of [0, 1]) await fleet.restart(index, secrets);
    const players = await Promise.all(
      Array.from({ length: PLAYERS }, async () => {
        const player = new Player("http://127.0.0.1", fleet.fetch as never);
        await player.oauth.loginWithIdToken((await googleTokens(google)).id_token);
        return player;
      }),
    );
    run.world.defer(() => {
      for (const { oauth } of players) oauth.dispose();
    });
    const outcome = async (what: string, mustRefresh: boolean) => {
      const refreshed = await Promise.all(players.map((player) => player.refresh()));
      for (const [index, { oauth, logouts }] of players.entries()) {
        run.check(logouts === 0 && oauth.isLoggedIn(), `${what}: player ${index} is signed in`);
        if (mustRefresh) run.check(refreshed[index] === true, `${what}: player ${index} refreshes`);
      }
    };
    const restartAll = async (env: Environment, what: string, mustRefresh: boolean) => {
      for (const index of run.random.shuffled([0, 1])) {
        run.fault();
        await fleet.restart(index, env);
        await outcome(what, mustRefresh);
      }
    };

    return async (round) => {
      const atAStroke = round % 3 === 2;
      // At a stroke, the one that refresh tokens are made with.
      const name = SECRETS[atAStroke && secrets.REFRESH_TOKEN_SECRET ? 1 : round % 2] ?? "JWT_SECRET";
      const old = secrets[name];
      const renewed = fresh();
      if (atAStroke) {
        // What the one replica makes, the other does not know. The logout that it cannot judge is no success.
        const before = { ...secrets };
        await fleet.restart(0, { ...secrets, [name]: renewed });
        await outcome(`${name} at one replica`, false);
        const stranger = (
          await ask(
            fleet.replicas[0]?.origin ?? "",
            "POST /api/login",
            await googleTokens(google).then(({ access_token }) => ({ access_token })),
          )
        ).body;
        const logout = await ask(fleet.replicas[1]?.origin ?? "", "POST /api/logout", {
          refresh_token: stranger.refresh_token,
        });
        run.check(logout.status === 503, `a logout at the other replica is ${logout.status}`);
        await fleet.restart(0, before);
        await outcome(`${name} as before`, true);
        return;
      }
      await restartAll({ ...secrets, [`${name}_NEXT`]: renewed }, `${name}, step 1`, true);
      secrets[name] = renewed;
      const previous: Environment = old === undefined ? {} : { [`${name}_PREVIOUS`]: old };
      await restartAll({ ...secrets, ...previous }, `${name}, step 2`, true);
      if (name === "JWT_SECRET" && secrets.REFRESH_TOKEN_SECRET === undefined) {
        await outcome(`${name}, before step 3`, true);
      }
      await restartAll(secrets, `${name}, step 3`, true);
    };
  },
};

function fresh(): string {
  return randomBytes(32).toString("hex");
}
