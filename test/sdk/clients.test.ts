import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { letIn } from "../support/devices";
import { isInstalled } from "../support/installed";
import { freshAccount, freshName } from "../support/players";
import { onEmbedded } from "../support/suite";
import { temporaryFolder } from "../support/temporary";

const CLIENTS = join(import.meta.dirname, "../../sdk/clients");

type Language = {
  folder: string;
  /** What has to be installed; in CI too, unless Debian may not have it. */
  needs: string[];
  isOptional?: boolean;
  /** Made once, in the folder. */
  build?: string[];
  command: string[];
};

const LANGUAGES: Record<string, Language> = {
  Python: { folder: "python", needs: ["python3"], command: ["python3", "demo.py"] },
  "C#": {
    folder: "csharp",
    needs: ["mcs", "mono"],
    build: [
      "mcs",
      "-langversion:7.2",
      "-r:System.Net.Http",
      "-r:System.Runtime.Serialization",
      "Account.cs",
      "Demo.cs",
      "-out:Demo.exe",
    ],
    command: ["mono", "Demo.exe"],
  },
  LuaJIT: { folder: "lua", needs: ["luajit", "curl"], command: ["luajit", "demo.lua"] },
  Lua: { folder: "lua", needs: ["lua5.4", "curl"], command: ["lua5.4", "demo.lua"] },
  GDScript: {
    folder: "gdscript",
    needs: ["godot3-server"],
    isOptional: true,
    command: ["godot3-server", "-s", "demo.gd"],
  },
};

/** Runs until its end, and says what it shows meanwhile. */
function run(command: string[], cwd: string, onLine: (line: string) => void = () => {}) {
  const child = Bun.spawn(command, {
    cwd,
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, HOME: cwd },
  });
  const output = (async () => {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (const line of chunk.split("\n")) onLine(line);
    }
    return text;
  })();
  return { output, errors: new Response(child.stderr).text(), exited: child.exited };
}

describe.each(Object.entries(LANGUAGES))(
  "the client in %s",
  (_, { folder: source, needs, isOptional, build, command }) => {
    const find = (name: string) => Bun.which(name) ?? "";
    const isThere = needs.every((name) => (isOptional ? find(name) !== "" : isInstalled(find(name), name)));
    const folder = temporaryFolder();
    beforeAll(async () => {
      if (!isThere) return;
      cpSync(join(CLIENTS, source), folder.path, { recursive: true });
      writeFileSync(join(folder.path, "project.godot"), "");
      if (build) expect(await run(build, folder.path).exited).toBe(0);
    }, 60_000);
    afterAll(() => folder[Symbol.dispose]());

    onEmbedded((at) => {
      const keptIn = join(folder.path, "kept");
      let name = "";

      /** Before the server, loses the first answer to a refresh. */
      const losingOnce = () => {
        let lost = 0;
        const proxy = Bun.serve({
          hostname: "127.0.0.1",
          port: 0,
          async fetch(request) {
            const url = new URL(request.url);
            const answer = await fetch(at.server.origin + url.pathname, {
              method: request.method,
              headers: request.headers,
              body: request.method === "GET" ? null : await request.text(),
            });
            if (url.pathname === "/api/refresh" && lost++ === 0) return new Response("", { status: 502 });
            return new Response(await answer.text(), { status: answer.status });
          },
        });
        return { origin: proxy.url.href, lost: () => lost, [Symbol.dispose]: () => proxy.stop(true) };
      };

      test.skipIf(!isThere)(
        "signs a player in by a code, and keeps the session for nobody else to read",
        async () => {
          const account = freshAccount();
          const { output, errors, exited } = run(
            [...command, at.server.origin, keptIn],
            folder.path,
            (line) => {
              const [, code] = /^Go to http:\/\/localhost:\d+\/device and type ([B-Z-]{9})$/.exec(line) ?? [];
              if (code) letIn(at.server, code, account);
            },
          );
          expect([await output, await errors]).toEqual([
            expect.stringMatching(/Signed in as \S+/),
            expect.any(String),
          ]);
          expect(await exited).toBe(0);
          expect(statSync(keptIn).mode & 0o777).toBe(0o600);
          expect(existsSync(`${keptIn}.new`)).toBe(false);
        },
        60_000,
      );

      test.skipIf(!isThere)(
        "goes on the next time, renames the player, and a lost answer signs nobody out",
        async () => {
          using proxy = losingOnce();
          name = freshName();
          const before = readFileSync(keptIn, "utf8");
          const { output } = run([...command, proxy.origin, keptIn, name], folder.path);
          expect(await output).toContain(`Signed in as ${name}\n`);
          expect(proxy.lost()).toBe(2);
          expect(readFileSync(keptIn, "utf8")).not.toBe(before);
          expect(statSync(keptIn).mode & 0o777).toBe(0o600);
        },
        60_000,
      );

      test.skipIf(!isThere)(
        "while the server is away nobody is signed out, and afterwards it goes on",
        async () => {
          const away = run([...command, "http://127.0.0.1:9", keptIn], folder.path);
          expect(`${await away.output}${await away.errors}`).toContain("unreachable");
          const { output } = run([...command, at.server.origin, keptIn], folder.path);
          expect(await output).toContain(`Signed in as ${name}\n`);
        },
        60_000,
      );

      test.skipIf(!isThere)(
        "a session that was ended is over, and its token forgotten",
        async () => {
          await at.server.database.pool.query("UPDATE refresh_tokens SET revoked_at = now()");
          const over = run([...command, at.server.origin, keptIn], folder.path);
          expect(`${await over.output}${await over.errors}`).toContain("signed_out");
          expect(existsSync(keptIn)).toBe(false);
        },
        60_000,
      );
    });
  },
);
