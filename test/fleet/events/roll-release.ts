import { migrate } from "../fleet";
import { nextRelease } from "../release";
import type { FleetEvent } from "./event";

/** The next release: its migration while the old one serves, then server by server. */
export const rollRelease: FleetEvent = {
  name: "a release with a migration",
  async happen({ servers, database }, { home, random, say }) {
    const release = nextRelease(home);
    say("prisma migrate deploy of the next release");
    await migrate(release, database);
    say("the servers, one after the other");
    servers.release = release;
    await servers.roll(random.shuffled(servers.indexes));
  },
};
