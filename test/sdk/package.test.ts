import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../sdk/bundle.ts";
import { onEmbedded } from "../support/suite";

setDefaultTimeout(60_000);

const SDK = join(import.meta.dir, "../../sdk");
const BROWSER = `${process.execPath} ${join(import.meta.dir, "support/browser-command.ts")}`;
const runtimes = { Bun: process.execPath, Node: Bun.which("node") };

const THREE_LINES = `
import { OAuthManager } from "@robotouille/account-sdk";
const oauth = new OAuthManager({ backendUrl: process.env.BACKEND });
oauth.login({ onSuccess: (user) => { console.log(user.email); clearInterval(loop); }, onLogout: () => console.log("out") });
const loop = setInterval(() => oauth.processCallbacks(), 16);
`;

const NEXT_START = `
import { OAuthManager } from "@robotouille/account-sdk";
const oauth = new OAuthManager({ backendUrl: process.env.BACKEND });
console.log(await oauth.loadStoredCredentials(), oauth.getUser()?.email);
`;

const NODE = /\bnode:|(?<![.\w])require\(|\bprocess\.|\bBuffer\b/;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "account-sdk-consumer-"));
  await run([process.execPath, join(SDK, "build.ts")], SDK);
  await run([process.execPath, "pm", "pack", "--quiet", "--filename", join(folder, "sdk.tgz")], SDK);
  await Bun.write(join(folder, "package.json"), "{}");
  await run([process.execPath, "add", "./sdk.tgz"], folder);
  await Bun.write(join(folder, "game.mjs"), THREE_LINES);
  await Bun.write(join(folder, "next.mjs"), NEXT_START);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("The packed package, added to an empty folder", () => {
  onEmbedded((at) => {
    for (const [name, runtime] of Object.entries(runtimes)) {
      const env = () => ({
        BACKEND: at.server.origin,
        BROWSER,
        ACCOUNT: "chloe",
        XDG_DATA_HOME: join(folder, name),
      });

      test.skipIf(!runtime)(`three lines sign in under ${name}`, async () => {
        const output = await run([runtime ?? "", "game.mjs"], folder, env());
        expect(output).toBe("chloe@players.example\n");
      });

      test.skipIf(!runtime)(
        `C17 under ${name} a signed-in game that has nothing left to do ends by itself`,
        async () => {
          const output = await run([runtime ?? "", "next.mjs"], folder, env());
          expect(output).toBe("true chloe@players.example\n");
        },
      );

      test.skipIf(!runtime)(
        `C34 under ${name} importing and creating do nothing, also with the browser's entry`,
        async () => {
          await Bun.write(
            join(folder, "ssr.mjs"),
            `import { OAuthManager } from "./node_modules/@robotouille/account-sdk/dist/browser.js";
           const oauth = new OAuthManager({ backendUrl: "http://localhost:9" });
           console.log(oauth.isLoggedIn(), oauth.getUser(), JSON.stringify(oauth.getLoginStatus()));`,
          );
          const output = await run([runtime ?? "", "ssr.mjs"], folder);
          expect(output).toBe('false null {"state":"not_started"}\n');
        },
      );
    }
  });

  test("C35 the browser entry leans on nothing of Node, and is 9 kB at most", async () => {
    const code = await bundle("browser.js");
    const { imports } = new Bun.Transpiler({ loader: "js" }).scan(code);
    expect(imports).toEqual([{ path: "./browser-on-demand.js", kind: "dynamic-import" }]);
    expect(code).not.toMatch(NODE);
    expect(Bun.gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(9_000);
  });

  test("C35 what the browser entry loads on demand imports nothing, and brings no second AccountError", async () => {
    const code = await bundle("browser-on-demand.js");
    expect(new Bun.Transpiler({ loader: "js" }).scan(code).imports).toEqual([]);
    expect(code).not.toMatch(NODE);
    expect(code).not.toContain("extends Error");
  });

  test("C36 no script makes code out of text", async () => {
    for (const name of ["browser.js", "browser-on-demand.js", "account-sdk.js"] as const) {
      expect(await bundle(name)).not.toMatch(
        /\beval\(|new Function|setTimeout\(["'`]|innerHTML|document\.write/,
      );
    }
  });

  test("it brings no dependency", async () => {
    const manifest = await Bun.file(
      join(folder, "node_modules/@robotouille/account-sdk/package.json"),
    ).json();
    expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  });
});

/** The output of a command that must succeed, within twenty seconds. */
async function run(command: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn(command, { cwd, env: { ...process.env, ...env }, stderr: "pipe", timeout: 20_000 });
  const [output, errors] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => new Response(stream).text()),
  );
  expect({ exit: await child.exited, errors: (await child.exited) === 0 ? "" : errors }).toEqual({
    exit: 0,
    errors: "",
  });
  return output ?? "";
}
