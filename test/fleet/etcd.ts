import { freePort } from "../support/postgres";
import { endEngine, engineFolder, startEngine } from "./engine";
import type { Ground } from "./ground";
import { until } from "./until";

const NAMES = ["etcd1", "etcd2", "etcd3"];

/**
 * Three members of etcd, in which Patroni keeps who leads.
 * @returns where clients reach them
 */
export async function startEtcd({ world, home, stop }: Ground): Promise<string[]> {
  const members = [];
  for (const name of NAMES)
    members.push({ name, client: `127.0.0.1:${await freePort()}`, peer: `127.0.0.1:${await freePort()}` });
  const all = members.map(({ name, peer }) => `${name}=http://${peer}`).join(",");
  for (const { name, client, peer } of members) {
    const settings = {
      name,
      "data-dir": "data",
      "listen-client-urls": `http://${client}`,
      "advertise-client-urls": `http://${client}`,
      "listen-peer-urls": `http://${peer}`,
      "initial-advertise-peer-urls": `http://${peer}`,
      "initial-cluster": all,
      "initial-cluster-state": "new",
      // Wide, since all of a fleet shares this machine's cores.
      "heartbeat-interval": "500",
      "election-timeout": "5000",
      "log-level": "warn",
    };
    const flags = Object.entries(settings).map(([flag, value]) => `--${flag}=${value}`);
    const child = startEngine(engineFolder(home, name), ["/usr/bin/etcd", ...flags]);
    world.defer(() => endEngine(child, "SIGTERM"));
  }
  for (const { name, client } of members) await until(`healthy ${name}`, () => isHealthy(client), { stop });
  return members.map(({ client }) => client);
}

function isHealthy(client: string): Promise<boolean> {
  return fetch(`http://${client}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}
