import { connect } from "node:net";
import { outcome, refresh, signIn } from "../support/client";
import type { Proof, Run } from "../support/proof";
import { sharedReplicas } from "../support/replicas";
import { sessionIdOf, sessionRow } from "../support/session-row";
import { startTcpProxy } from "../support/tcp-proxy";

async function serverBehindWire(run: Run) {
  const { google, database, origins } = await sharedReplicas();
  const [origin = ""] = origins;
  const port = Number(new URL(origin).port);
  const wire = await startTcpProxy(() => port);
  run.world.defer(() => wire.close());
  return { google, database, origin, port, wire };
}

export const cutAnswers: Proof = {
  name: "answer cut at byte k",
  title: "S28 a refresh answer cut after any of its bytes: the repetition gets the same successor",
  database: "postgres",
  shortRounds: 150,
  longRounds: 2_500,
  share: 2,
  async prepare(run) {
    const { google, database, origin, wire } = await serverBehindWire(run);
    let session = await signIn(origin, google);
    const sessionId = sessionIdOf(session);
    session = (await refresh(wire.origin, session.refresh_token)).body;
    const cuts = run.random.shuffled(Array.from({ length: wire.answeredBytes }, (_, bytes) => bytes));

    return async (round) => {
      const cut = cuts[(round - 1) % cuts.length] ?? 0;
      const { generation } = await sessionRow(database.pool, sessionId);
      run.fault();
      wire.cutAnswerAfter = cut;
      const lost = await outcome(refresh(wire.origin, session.refresh_token));
      wire.cutAnswerAfter = Number.POSITIVE_INFINITY;
      run.check(lost === null, `cut after ${cut} bytes: nobody takes it for an answer`);
      const reply = await refresh(wire.origin, session.refresh_token);
      run.check(reply.status === 200, `cut after ${cut} bytes: the repetition is answered ${reply.status}`);
      const after = await sessionRow(database.pool, sessionId);
      run.check(after.generation === generation + 1, `cut after ${cut} bytes: one step in all`);
      session = reply.body;
    };
  },
};

const ENDS = ["reset", "end", "silence"] as const;

export const brokenClients: Proof = {
  name: "broken clients",
  title:
    "S28 S50 clients that reset, hang up or fall silent amid a request harm neither others nor their session",
  database: "postgres",
  shortRounds: 5,
  longRounds: 200,
  share: 1,
  async prepare(run) {
    const { google, origin, port, wire } = await serverBehindWire(run);
    const bystander = { session: await signIn(origin, google) };
    return async () => {
      const session = await signIn(origin, google);
      const connections = run.random.integer(10, 60);
      run.fault(connections);
      const sockets = await Promise.all(
        Array.from({ length: connections }, () => {
          const request = rawRefresh(session.refresh_token);
          const bytes = run.random.integer(0, request.length);
          return brokenRequest(port, request.subarray(0, bytes), run.random.pick(ENDS));
        }),
      );
      wire.slowCloseMs = run.random.integer(0, 50);
      wire.latencyMs = run.random.integer(0, 20);
      const begin = performance.now();
      const other = await refresh(wire.origin, bystander.session.refresh_token);
      run.check(other.status === 200, `somebody else is answered ${other.status}`);
      run.check(performance.now() - begin < 2_000, "somebody else is answered at once");
      bystander.session = other.body;
      const own = await refresh(wire.origin, session.refresh_token);
      run.check(own.status === 200, `the session lives (${own.status} ${own.body.code})`);
      for (const socket of sockets) socket.destroy();
    };
  },
};

function rawRefresh(refresh_token: string): Buffer {
  const body = JSON.stringify({ refresh_token });
  const head = `POST /api/refresh HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  return Buffer.from(`${head}content-length: ${body.length}\r\n\r\n${body}`);
}

/** Sends the beginning of a request, and no more. Resolves once that has gone out. */
function brokenRequest(port: number, beginning: Buffer, end: (typeof ENDS)[number]) {
  const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof connect>>();
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(beginning, () => {
      if (end === "reset") socket.resetAndDestroy();
      if (end === "end") socket.end();
      resolve(socket);
    });
  });
  socket.on("error", reject);
  return promise;
}
