import { boundedAnswers, recovered } from "../support/bounded";
import { ask } from "../support/client";
import { JournalClient, startLoad } from "../support/journal-client";
import type { Proof, Run } from "../support/proof";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy";
import { databaseOf } from "../support/test-database";

const PLAYERS = 4;

type Fault = {
  name: string;
  /** Whether the database can be reached at all meanwhile. */
  reachable: boolean;
  milliseconds: number;
  begin(wire: TcpProxy, run: Run): void;
  end(wire: TcpProxy): void;
};

const FAULTS: Fault[] = [
  {
    name: "reset",
    reachable: true,
    milliseconds: 300,
    begin: (wire) => wire.reset(),
    end: (wire) => wire.reset(),
  },
  {
    name: "refused",
    reachable: false,
    milliseconds: 1_000,
    begin(wire) {
      wire.refusing = true;
      wire.reset();
    },
    end(wire) {
      wire.refusing = false;
    },
  },
  {
    name: "half-open",
    reachable: false,
    milliseconds: 6_000,
    begin(wire) {
      wire.silent = true;
    },
    end(wire) {
      wire.silent = false;
    },
  },
  {
    name: "latency of a tenth of a second",
    reachable: true,
    milliseconds: 1_500,
    begin(wire) {
      wire.latencyMs = 50;
    },
    end(wire) {
      wire.latencyMs = 0;
    },
  },
  {
    name: "latency of seconds",
    reachable: true,
    milliseconds: 12_000,
    begin(wire, run) {
      wire.latencyMs = run.random.integer(1_000, 3_000);
    },
    end(wire) {
      wire.latencyMs = 0;
    },
  },
  {
    name: "cut amid an answer, slow close",
    reachable: true,
    milliseconds: 500,
    begin(wire, run) {
      wire.slowCloseMs = 200;
      wire.cutAnswerAfter = run.random.integer(0, 4_000);
    },
    end(wire) {
      wire.slowCloseMs = 0;
      wire.cutAnswerAfter = Number.POSITIVE_INFINITY;
    },
  },
];

export const databaseWire: Proof = {
  name: "wire to the database",
  title:
    "S59 a bad wire to the database: bounded 503s, liveness 200, recovery without a restart, nothing lost",
  database: "postgres",
  shortRounds: 2,
  longRounds: 120,
  share: 5,
  async prepare(run) {
    const google = googleOf(run.world);
    const database = await databaseOf(run.world);
    const wire = await startTcpProxy(() => database.config.port);
    run.world.defer(() => wire.close());
    const server = await spawnServer({
      folder: serverFolder(run.world),
      env: { ...google.env, ...database.env(wire.port) },
    });
    run.world.defer(() => server.kill());
    const players = Array.from({ length: PLAYERS }, () => new JournalClient(run, server, google));

    const faults = run.random.shuffled(FAULTS);

    return async (round) => {
      const fault = faults[round % faults.length] as Fault;
      const stop = startLoad(players, boundedAnswers(run, fault.name));
      await Bun.sleep(run.random.integer(100, 300));
      run.fault();
      fault.begin(wire, run);
      const over = Bun.sleep(fault.milliseconds);
      await checkHealth(run, server.origin, fault);
      await over;
      fault.end(wire);
      await recovered(run, server.origin, fault.name);
      await stop();
      for (const player of players) await player.verify();
    };
  },
};

async function checkHealth(run: Run, origin: string, { name, reachable }: Fault): Promise<void> {
  const begin = performance.now();
  const live = await ask(origin, "GET /health/live");
  run.check(live.status === 200 && performance.now() - begin < 1_000, `${name}: liveness is 200 at once`);
  if (reachable) return;
  const ready = await ask(origin, "GET /health/ready");
  run.check(ready.status === 503, `${name}: readiness is 503, not ${ready.status}`);
}
