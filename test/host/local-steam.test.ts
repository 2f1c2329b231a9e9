import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHost } from "../support/host";
import { post } from "../support/requests";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-host-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("where nothing is set, a ticket of the local Steam signs a player in", async () => {
  const host = startHost({ cwd: folder, env: { SERVER_PORT: "0" } });
  try {
    const origin = await host.ready();
    const [standIns = ""] = await host.shows(
      /http:\/\/127\.0\.0\.1:\d+(?= +\(a local stand-in, not Google\))/,
    );
    const held = await post({ origin: standIns }, "/local/tokens", { provider: "steam", account: "ada" });
    const { ticket } = JSON.parse(held.text);
    const answer = await post({ origin }, "/api/login", { provider: "steam", ticket });
    expect(answer.body.user).toMatchObject({ name: "Ada Pepper", providers: ["steam"] });
  } finally {
    host.kill("SIGKILL");
    await host.exited;
  }
}, 60_000);
