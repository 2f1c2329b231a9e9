import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OTHER_RUNTIMES } from "../../scripts/build-host";
import { selfSignedCertificate } from "../support/certificates";
import { temporaryFolder } from "../support/temporary";
import { areInstalled, commandFor } from "./programs";

const world = new AsyncDisposableStack();
afterAll(() => world.disposeAsync());

describe.skipIf(!areInstalled).each(OTHER_RUNTIMES)("webhooks sent by %s", (runtime) => {
  test("reach the name that the endpoint has at the address that was looked at, with a certificate for that name", async () => {
    const { key, cert } = await selfSignedCertificate("hooks.example");
    const received: string[] = [];
    const answer = async (request: Request) => {
      received.push(`${new URL(request.url).hostname} ${await request.text()}`);
      return new Response(null, { status: 204 });
    };
    const secure = Bun.serve({ hostname: "127.0.0.1", port: 0, tls: { key, cert }, fetch: answer });
    world.defer(() => secure.stop(true));
    const plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
    world.defer(() => plain.stop(true));
    const { path: folder } = world.use(temporaryFolder());
    const authority = join(folder, "authority.pem");
    writeFileSync(authority, cert);
    const { outputs } = await Bun.build({
      entrypoints: [join(import.meta.dirname, "post.ts")],
      outdir: folder,
      naming: "post.js",
      target: "node",
      format: "esm",
    });
    const urls = [
      `https://hooks.example:${secure.port}/`,
      `https://other.example:${secure.port}/`,
      `http://plain.example:${plain.port}/`,
      "http://nobody.example:9/",
    ];
    const child = Bun.spawn([...commandFor(runtime, outputs[0]?.path ?? ""), ...urls], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: folder,
        NODE_EXTRA_CA_CERTS: authority,
        DENO_CERT: authority,
      },
      stdout: "pipe",
    });
    const lines = (await new Response(child.stdout).text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { status: 204 },
      { failure: expect.stringMatching(/./) },
      { status: 204 },
      { failure: "ECONNREFUSED" },
    ]);
    expect(received).toEqual(['hooks.example {"sent":true}', 'plain.example {"sent":true}']);
  }, 60_000);
});
