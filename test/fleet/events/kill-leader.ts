import { until } from "../until";
import type { FleetEvent } from "./event";

/** How long the machine of the leader stays off at least, in milliseconds. */
const OFF_MS = 5_000;

/**
 * kill -9 of Patroni and PostgreSQL where the leader is. The synchronous standby takes over by itself, and the old
 * leader, started again, rewinds and follows it.
 */
export const killLeader: FleetEvent = {
  name: "the leader is killed",
  async happen({ cluster }, { stop, say }) {
    const old = await until("leader", () => cluster.leader(), { stop });
    const heir = await cluster.synchronousStandby();
    const began = performance.now();
    say(`kill -9 of ${old}, the leader; ${heir} is synchronous`);
    await cluster.killMember(old);
    const leads = async () => {
      const leader = await cluster.leader();
      return leader !== old && leader;
    };
    const leader = await until("new leader", leads, { stop, seconds: 90 });
    say(`${leader} leads after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    await Bun.sleep(OFF_MS);
    cluster.startMember(old);
    await cluster.complete(stop);
  },
};
