import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import type { App } from "../../src/app";
import { runtime } from "../../src/host/bun";
import { serve } from "../../src/host/serve";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { googleUrlVariables } from "../support/google-urls";
import { type Host, startHost } from "../support/host";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { expectError, get, post } from "../support/requests";
import { CLIENT_ID, CLIENT_SECRET } from "../support/server";

// A process starts within a second, and within many on a busy machine. The tests wait for timers, and do so together.
setDefaultTimeout(60_000);

const HEAD = "POST /api/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const LIVE = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

const world = new AsyncDisposableStack();
let google: HostileGoogle;
let host: Host;
let origin: string;

beforeAll(async () => {
  google = await startHostileGoogle();
  world.defer(() => google.stop());
  host = startHost({
    cwd: await folderWithDatabase(world),
    env: {
      GOOGLE_CLIENT_ID: CLIENT_ID,
      GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
      ...googleUrlVariables(google.urls),
    },
  });
  world.defer(async () => {
    host.kill("SIGKILL");
    await host.exited;
  });
  origin = await host.ready();
});
afterAll(async () => {
  await world.disposeAsync();
  await removeImage();
});

/** A connection, and what came back on it so far. */
function open(port = Number(new URL(origin).port)) {
  const started = performance.now();
  const state = { text: "", closedAfterMs: null as number | null };
  const socket: Socket = connect(port, "127.0.0.1");
  world.defer(() => void socket.destroy());
  socket.setEncoding("latin1");
  socket.on("data", (chunk) => {
    state.text += chunk;
  });
  const closed = new Promise<void>((done) =>
    socket.on("close", () => {
      state.closedAfterMs = performance.now() - started;
      done();
    }),
  );
  socket.on("error", () => {});
  return { socket, state, closed };
}

const later = (ms: number, answer: () => Promise<Response> | Response) => async () => {
  await Bun.sleep(ms);
  return answer();
};

test.concurrent("a connection that was idle for a quarter of a minute is used again", async () => {
  const { socket, state } = open();
  socket.write(LIVE);
  await Bun.sleep(15_000);
  expect(state.text.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  socket.write(LIVE);
  await Bun.sleep(500);
  expect(state.text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});

test.concurrent("the time that a connection may be idle is as configured", async () => {
  const app = { fetch: () => new Response("here") } as unknown as App;
  const [ending, cutOff] = [new AbortController(), new AbortController()];
  const options = { host: "127.0.0.1", port: 0, sharePort: false, keepAliveSeconds: 8, ending, cutOff };
  const serving = await serve(runtime, app, options);
  const { socket, state, closed } = open(serving.port);
  socket.write(LIVE);
  await closed;
  expect(state.text).toContain("here");
  // Bun looks every four seconds.
  expect(state.closedAfterMs).toBeWithin(3_900, 16_500);
  await serving.drain();
});

test.concurrent("a body that does not arrive within ten seconds is a 408, and the connection ends", async () => {
  const halves = [
    `${HEAD}Content-Length: 50\r\n\r\n{"refresh`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"ref\r\n`,
  ];
  const connections = halves.map((half) => {
    const connection = open();
    connection.socket.write(half);
    return connection;
  });
  // One that trickles is no better.
  const trickle = open();
  trickle.socket.write(`${HEAD}Content-Length: 50\r\n\r\n`);
  const drip = setInterval(() => trickle.socket.write("{"), 900);
  for (const { closed, state } of [...connections, trickle]) {
    await closed;
    expect(state.text).toStartWith("HTTP/1.1 408 ");
    expect(state.text).toContain('"code":"request_timeout"');
    expect(state.closedAfterMs).toBeWithin(9_500, 14_000);
  }
  clearInterval(drip);
});

test.concurrent("Google that takes 4.5 s twice is a 503 after eight seconds, and no reset", async () => {
  google.misbehave(
    "tokenInfo",
    later(4_500, () => Response.json({ sub: "slow", aud: CLIENT_ID, scope: "openid" })),
  );
  google.misbehave(
    "userinfo",
    later(4_500, () => Response.json({ sub: "slow", given_name: "Slow" })),
  );
  google.misbehave(
    "token",
    later(4_500, async () => Response.json({ access_token: "x", id_token: await google.idToken() })),
  );
  google.misbehave(
    "certs",
    later(4_500, () => Response.json({ keys: [] })),
  );
  const code = { code: "4/x", code_verifier: "v".repeat(43), redirect_uri: "http://localhost:5000/cb" };
  const started = performance.now();
  const answers = await Promise.all(
    [{ access_token: "ya29.x" }, code].map((proof) => post({ origin }, "/api/login", proof)),
  );
  expect(performance.now() - started).toBeWithin(7_900, 9_700);
  for (const answer of answers) expectError(answer, "google_unavailable");
  await host.shows(/("cause":"sign_in_deadline"[\s\S]*){2}/);
  expect((await get({ origin }, "/health/ready")).status).toBe(200);
});
