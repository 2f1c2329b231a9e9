import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { PostgresConfig } from "../../src/db/postgres";
import { asPostgresUser, binaries, freePort } from "../support/postgres";
import { engineFolder, processTree, signalAll, startEngine } from "./engine";
import type { Ground } from "./ground";
import { until } from "./until";

const NAMES = ["pg1", "pg2", "pg3"];

/** A leader that is gone is missed after so many seconds; Patroni takes no fewer. */
const TTL_SECONDS = 20;

type Member = {
  name: string;
  folder: string;
  port: number;
  restPort: number;
  process: Bun.Subprocess | undefined;
};

/** A member as Patroni's `GET /cluster` has it. */
type Seen = { name: string; role: string; state: string; timeline?: number; lag?: number | string };

/** Three PostgreSQL under Patroni: a leader, a standby that has each commit before it is acknowledged, and one more. */
export class PatroniCluster {
  private readonly members: Member[] = [];
  private readonly passwords = { postgres: newPassword(), replicator: newPassword(), rewind: newPassword() };

  private constructor(private readonly etcd: string[]) {}

  /** Makes it, and resolves when all three are there. */
  static async start({ world, home, stop }: Ground, etcd: string[]): Promise<PatroniCluster> {
    const cluster = new PatroniCluster(etcd);
    world.defer(() => cluster.stop());
    for (const name of NAMES) {
      const folder = engineFolder(home, name, true);
      const member = {
        name,
        folder,
        port: await freePort(),
        restPort: await freePort(),
        process: undefined,
      };
      writeFileSync(join(folder, "patroni.yml"), stringify(cluster.configOf(member)), { mode: 0o644 });
      cluster.members.push(member);
      cluster.startMember(name);
      // The first makes the cluster, and the others copy it.
      await until("leader", () => cluster.leader(), { seconds: 120, stop });
    }
    await cluster.complete(stop);
    return cluster;
  }

  /** Where PostgreSQL listens and where Patroni says which it is, of each. */
  get addresses(): { name: string; port: number; restPort: number }[] {
    return this.members;
  }

  /** Who leads now, as the cluster's superuser reaches them. */
  async superuser(): Promise<PostgresConfig> {
    const leader = await until("leader", () => this.leader());
    const { port } = this.member(leader);
    const password = this.passwords.postgres;
    return {
      kind: "postgres",
      host: "127.0.0.1",
      port,
      user: "postgres",
      database: "postgres",
      password,
      poolSize: 2,
    };
  }

  /** The name of the member that leads; undefined while none does. */
  async leader(): Promise<string | undefined> {
    return (await this.seen()).find(({ role, state }) => role === "leader" && state === "running")?.name;
  }

  /** The name of the standby that a commit waits for; undefined while there is none. */
  async synchronousStandby(): Promise<string | undefined> {
    return (await this.seen()).find(({ role }) => role === "sync_standby")?.name;
  }

  /** Resolves when a leader, a synchronous standby and one more are there and agree. */
  complete(stop: AbortSignal): Promise<unknown> {
    const isComplete = async () => {
      const seen = await this.seen();
      const roles = seen.map(({ role }) => role).sort();
      const running = seen.every(({ state }) => state === "running" || state === "streaming");
      const oneTimeline = new Set(seen.map(({ timeline }) => timeline)).size === 1;
      return running && oneTimeline && roles.join() === "leader,replica,sync_standby";
    };
    return until("whole cluster", isComplete, { seconds: 180, stop });
  }

  startMember(name: string): void {
    const member = this.member(name);
    member.process = startEngine(member.folder, [
      ...asPostgresUser(),
      "/usr/bin/patroni",
      join(member.folder, "patroni.yml"),
    ]);
  }

  /** kill -9 of Patroni and every process of its PostgreSQL at once, as when a machine loses its power. */
  async killMember(name: string): Promise<void> {
    const { process: patroni } = this.member(name);
    signalAll(this.processesOf(name), "SIGKILL");
    await patroni?.exited;
  }

  /** Stops all processes of a member where they are: its connections stay, and nothing comes from them any more. */
  freezeMember(name: string): void {
    signalAll(this.processesOf(name), "SIGSTOP");
  }

  thawMember(name: string): void {
    signalAll(this.processesOf(name), "SIGCONT");
  }

  private async stop(): Promise<void> {
    await Promise.all(this.members.map(({ name }) => this.killMember(name)));
  }

  private member(name: string): Member {
    const member = this.members.find((each) => each.name === name);
    if (!member) throw new Error(`There is no member ${name}.`);
    return member;
  }

  /** Patroni first, which would start PostgreSQL again. */
  private processesOf(name: string): number[] {
    const { folder, process: patroni } = this.member(name);
    const file = join(folder, "data/postmaster.pid");
    const postmaster = existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : 0;
    const trees = [patroni?.exitCode === null ? patroni.pid : 0, postmaster]
      .filter((pid) => pid > 1)
      .map(processTree);
    return [...new Set(trees.flat())];
  }

  /** What the first member that answers has to say. */
  private async seen(): Promise<Seen[]> {
    for (const { restPort } of this.members) {
      const signal = AbortSignal.timeout(2_000);
      const answer = await fetch(`http://127.0.0.1:${restPort}/cluster`, { signal }).catch(() => null);
      const body = (await answer?.json().catch(() => null)) as { members?: Seen[] } | null | undefined;
      if (body?.members) return body.members;
    }
    return [];
  }

  /** Patroni's YAML, as its manual has it. */
  private configOf({ name, folder, port, restPort }: Member): object {
    const { postgres, replicator, rewind } = this.passwords;
    const rest = `127.0.0.1:${restPort}`;
    const address = `127.0.0.1:${port}`;
    return {
      scope: "accounts",
      name,
      restapi: { listen: rest, connect_address: rest },
      etcd3: { hosts: this.etcd },
      bootstrap: {
        dcs: {
          ttl: TTL_SECONDS,
          loop_wait: 3,
          retry_timeout: 5,
          synchronous_mode: true,
          postgresql: {
            use_pg_rewind: true,
            parameters: {
              max_connections: 200,
              shared_buffers: "64MB",
              // A standby of which nothing is heard holds up every commit until then.
              wal_sender_timeout: "8s",
              wal_receiver_timeout: "8s",
            },
          },
        },
        initdb: [{ encoding: "UTF8" }, { locale: "C" }, "data-checksums"],
      },
      postgresql: {
        listen: address,
        connect_address: address,
        data_dir: join(folder, "data"),
        bin_dir: binaries(),
        pgpass: join(folder, "pgpass"),
        remove_data_directory_on_rewind_failure: true,
        remove_data_directory_on_diverged_timelines: true,
        authentication: {
          superuser: { username: "postgres", password: postgres },
          replication: { username: "replicator", password: replicator },
          rewind: { username: "rewinder", password: rewind },
        },
        parameters: { unix_socket_directories: folder },
        pg_hba: [
          "host all all 127.0.0.1/32 scram-sha-256",
          "host replication replicator 127.0.0.1/32 scram-sha-256",
        ],
      },
    };
  }
}

function newPassword(): string {
  return randomBytes(16).toString("hex");
}
