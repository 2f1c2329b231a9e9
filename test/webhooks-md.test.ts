import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RETRY_DELAYS_SECONDS } from "../src/webhooks/back-off";
import type { Endpoint } from "../src/webhooks/endpoints";
import { EVENT_TYPES } from "../src/webhooks/event-types";
import { signedMessage } from "../src/webhooks/message";
import { codeBlocks } from "./support/markdown";
import { signIn } from "./support/players";
import { freePort } from "./support/postgres";
import { onEmbedded } from "./support/suite";
import { temporaryFolder } from "./support/temporary";
import { webhooksAt } from "./support/webhooks";

const page = readFileSync(join(import.meta.dirname, "../docs/webhooks.md"), "utf8");

/** The rows of the table below a head. */
function table(head: string): string[][] {
  const [, rows = ""] = page.split(`| ${head} |\n| --- | --- |\n`);
  return (rows.split("\n\n")[0] ?? "").split("\n").map((row) => row.slice(2, -2).split(" | "));
}

test("the page's table has every event", () => {
  expect(table("type | when")).toEqual(
    Object.entries(EVENT_TYPES).map(([type, when]) => [`\`${type}\``, when]),
  );
});

test("the page's table has every pause between two attempts", () => {
  const shown = (seconds: number) =>
    seconds < 60 ? `${seconds} s` : seconds < 3_600 ? `${seconds / 60} min` : `${seconds / 3_600} h`;
  expect(table("after failure | next attempt in")).toEqual(
    RETRY_DELAYS_SECONDS.map((seconds, index) => [String(index + 1), shown(seconds)]),
  );
});

const RECEIVERS = {
  Bun: { language: "ts", file: "receiver.ts", command: [process.execPath, "run"] },
  "Node.js": { language: "js", file: "receiver.mjs", command: ["node"] },
  Python: { language: "python", file: "receiver.py", command: ["python3"] },
};

describe.each(Object.entries(RECEIVERS))(
  "the lines of docs/webhooks.md for %s",
  (_, { language, file, command }) => {
    const isThere = Bun.which(command[0] ?? "") !== null;
    onEmbedded((at) => {
      const folder = temporaryFolder();
      let url = "";
      let endpoint: Endpoint;
      let child: Bun.Subprocess<"ignore", "pipe", "inherit">;
      beforeAll(async () => {
        if (!isThere) return;
        const port = await freePort();
        url = `http://127.0.0.1:${port}/`;
        endpoint = await (await webhooksAt(at.server)).add({ url });
        writeFileSync(join(folder.path, file), codeBlocks("webhooks.md", language).join("\n"));
        symlinkSync(join(import.meta.dirname, "../node_modules"), join(folder.path, "node_modules"));
        child = Bun.spawn([...command, file], {
          cwd: folder.path,
          env: { PATH: process.env.PATH, WEBHOOK_SECRET: endpoint.secret, PORT: String(port) },
          stdin: "ignore",
          stdout: "pipe",
          stderr: "inherit",
        });
        while (!(await fetch(url, { method: "POST", body: "{}" }).catch(() => null))) await Bun.sleep(50);
      }, 60_000);
      afterAll(() => {
        child?.kill();
        folder[Symbol.dispose]();
      });

      const event = { eventId: Bun.randomUUIDv7(), type: "player.renamed", data: {}, createdAt: new Date() };
      const postMessage = async ({ headers, body }: ReturnType<typeof signedMessage>) =>
        (await fetch(url, { method: "POST", headers, body })).status;
      const sentAt = (offMs: number) => ({ now: () => new Date(Date.now() + offMs) });

      test.skipIf(!isThere)("take what the account server sends", async () => {
        const { user } = await signIn(at.server);
        const { webhooks } = await webhooksAt(at.server);
        const { deliveries } = await webhooks.claim(endpoint.id, 8);
        expect(deliveries).toHaveLength(1);
        expect(await postMessage(signedMessage(deliveries[0]!, endpoint.secret, sentAt(0)))).toBe(204);
        const { value } = await child.stdout.getReader().read();
        expect(new TextDecoder().decode(value)).toBe(`${deliveries[0]!.eventId} player.created ${user.id}\n`);
      });

      test.skipIf(!isThere)("refuse what is forged, changed or old", async () => {
        const good = signedMessage(event, endpoint.secret, sentAt(0));
        expect(await postMessage(good)).toBe(204);
        const foreign = `whsec_${Buffer.alloc(32).toString("base64")}`;
        for (const bad of [
          { ...good, body: good.body.replace("renamed", "created") },
          { ...good, headers: { ...good.headers, "webhook-id": Bun.randomUUIDv7() } },
          { ...good, headers: { "content-type": "application/json" } },
          signedMessage(event, foreign, sentAt(0)),
          signedMessage(event, endpoint.secret, sentAt(-3_600_000)),
        ])
          expect(await postMessage(bad)).toBe(400);
      });
    });
  },
);
