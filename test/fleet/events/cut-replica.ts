import { until } from "../until";
import type { FleetEvent } from "./event";

/** How long nothing is heard of it, in milliseconds: longer than Patroni's patience. */
const CUT_MS = 25_000;

/**
 * The standby that commits wait for is cut off: its connections stay, and nothing comes through them. Commits wait until
 * Patroni has put the other standby in its place.
 */
export const cutReplica: FleetEvent = {
  name: "a replica is cut off",
  async happen({ cluster }, { stop, say }) {
    const name = await until("synchronous standby", () => cluster.synchronousStandby(), { stop });
    const began = performance.now();
    say(`nothing comes from ${name}, the synchronous standby`);
    cluster.freezeMember(name);
    try {
      const isReplaced = async () => {
        const synchronous = await cluster.synchronousStandby();
        return synchronous !== name && synchronous;
      };
      const other = await until("other synchronous standby", isReplaced, { stop, seconds: 90 });
      const seconds = (performance.now() - began) / 1_000;
      say(`${other} is synchronous after ${seconds.toFixed(1)} s`);
      await Bun.sleep(Math.max(0, CUT_MS - seconds * 1_000));
    } finally {
      cluster.thawMember(name);
    }
    await cluster.complete(stop);
  },
};
