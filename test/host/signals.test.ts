import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import packageJson from "../../package.json";
import { folderWithDatabase, removeImage } from "../support/embedded";
import { type Host, startHost } from "../support/host";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

const ENTRY = resolve(import.meta.dirname, "../../src/index.ts");

let world: AsyncDisposableStack;
let folder: string;
beforeAll(async () => {
  world = new AsyncDisposableStack();
  folder = await folderWithDatabase(world);
});
afterAll(async () => {
  await world.disposeAsync();
  await removeImage();
});

let host: Host;
afterEach(async () => {
  host?.kill("SIGKILL");
  await host?.exited;
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s ends the server cleanly", async (signal) => {
  host = startHost({ cwd: folder });
  await host.ready();
  host.kill(signal);
  expect(await host.exited).toBe(0);
  expect(host.stdout()).toContain(`${signal}: finishing what was accepted`);
  expect(existsSync(join(folder, "data", "lock.json"))).toBe(false);
});

describe("SIGTERM ends what is half sent within five seconds:", () => {
  const HEAD = "POST /api/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  test.each([
    ["nothing at all", ""],
    ["half a head", HEAD.slice(0, 40)],
    ["a head without its body", `${HEAD}Content-Length: 100\r\n\r\n`],
    ["half a body", `${HEAD}Content-Length: 100\r\n\r\n{"refresh`],
    ["a body of chunks without an end", `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"ref\r\n`],
  ])("%s", async (_what, beginning) => {
    host = startHost({ cwd: folder });
    const port = Number(new URL(await host.ready()).port);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(beginning);
    await once(socket, "connect");
    await Bun.sleep(200);
    const started = performance.now();
    host.kill("SIGTERM");
    expect(await host.exited).toBe(0);
    expect(performance.now() - started).toBeLessThan(9_000);
    socket.destroy();
  });
});

describe.skipIf(Bun.which("npm") === null)("npm start", () => {
  /** What npm runs, its parent of parents away from the server. */
  test.each(["SIGTERM", "SIGINT"] as const)(
    "hands %s on to the server, and ends when that has ended",
    async (signal) => {
      const project = mkdtempSync(join(tmpdir(), "account-server-npm-"));
      world.defer(() => rmSync(project, { recursive: true, force: true }));
      mkdirSync(join(project, "src"));
      const scripts = { start: packageJson.scripts.start };
      writeFileSync(join(project, "package.json"), JSON.stringify({ name: "started-by-npm", scripts }));
      writeFileSync(join(project, "src", "index.ts"), `import ${JSON.stringify(ENTRY)};\n`);
      host = startHost({
        cwd: project,
        command: ["npm", "start"],
        env: { HOME: process.env.HOME ?? "", EMBEDDED_DATA_DIR: join(folder, "data") },
      });
      const origin = await host.ready();
      host.kill(signal);
      expect(await host.exited).toBe(0);
      expect(host.stdout()).toContain(`${signal}: finishing what was accepted`);
      expect(existsSync(join(folder, "data", "lock.json"))).toBe(false);
      expect(await fetch(origin).catch(() => null)).toBeNull();
    },
  );
});
