import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type SpawnedServer, spawnServer } from "../support/spawned-server";
import { engineFolder } from "./engine";
import type { Ground } from "./ground";
import { THIS_RELEASE } from "./release";

type Environment = Record<string, string>;

/** One server of the fleet, which keeps its folder and its port through all its lives. */
type Place = { folder: string; port: number; server: SpawnedServer | undefined };

const CONFIG = { server: { trusted_proxies: ["127.0.0.1"], rate_limit_store: "redis" } };

/** The servers, each a process of its own as an operator runs it. */
export class Servers {
  /** Where the release lies that is started from now on. */
  release = THIS_RELEASE;
  private readonly places: Place[];

  /** @param env what all of them are started with from now on */
  constructor(
    { world, home }: Ground,
    ports: number[],
    public env: Environment,
  ) {
    this.places = ports.map((port, index) => ({
      folder: engineFolder(home, `server${index + 1}`),
      port,
      server: undefined,
    }));
    for (const { folder } of this.places) writeFileSync(join(folder, "config.yml"), stringify(CONFIG));
    world.defer(() => Promise.all(this.indexes.map((index) => this.kill(index))).then(() => {}));
  }

  get indexes(): number[] {
    return [...this.places.keys()];
  }

  /** Resolves when it answers. */
  async start(index: number): Promise<void> {
    const place = this.place(index);
    const env = { ...this.env, NODE_ENV: "production", RATE_LIMIT: "on", SERVER_PORT: String(place.port) };
    const { folder } = place;
    place.server = await spawnServer({ folder, entry: join(this.release, "src/index.ts"), env });
  }

  /** kill -9. */
  async kill(index: number): Promise<void> {
    await this.end(index, (server) => server.kill());
  }

  /** One after the other, each ended by SIGTERM and started as the release and the environment now say. */
  async roll(indexes: number[]): Promise<void> {
    for (const index of indexes) {
      await this.end(index, async (server) => {
        const code = await server.terminate();
        if (code !== 0) throw new Error(`Server ${index + 1} left with ${code} on SIGTERM.`);
      });
      await this.start(index);
    }
  }

  private async end(index: number, how: (server: SpawnedServer) => Promise<void>): Promise<void> {
    const place = this.place(index);
    const { server, folder } = place;
    if (!server) return;
    place.server = undefined;
    await how(server);
    appendFileSync(join(folder, "log"), server.output());
  }

  private place(index: number): Place {
    const place = this.places[index];
    if (!place) throw new Error(`There is no server ${index + 1}.`);
    return place;
  }
}
