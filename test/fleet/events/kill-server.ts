import type { FleetEvent } from "./event";

/** How soon a supervisor starts it again, in milliseconds: `RestartSec` of a unit. */
const RESTART_MS = 2_000;

/** kill -9 of a server amid its requests. Its supervisor starts it again. */
export const killServer: FleetEvent = {
  name: "a server is killed",
  async happen({ servers }, { random, say }) {
    const index = random.pick(servers.indexes);
    say(`kill -9 of server ${index + 1}`);
    await servers.kill(index);
    await Bun.sleep(RESTART_MS);
    await servers.start(index);
  },
};
