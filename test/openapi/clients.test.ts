import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { onEmbedded } from "../support/suite";
import { temporaryFolder } from "../support/temporary";
import { areInstalled, run } from "./tools";

const page = readFileSync(join(import.meta.dirname, "../../docs/openapi.md"), "utf8");
const [beginning = "", ...sections] = page.split(/^## /m);
const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
const TSC = join(import.meta.dirname, "../../node_modules/.bin/tsc");

const ways = sections.map((section) => ({
  name: section.split("\n", 1)[0] ?? "",
  commands: blocks(section, "sh").join(""),
  files: filesIn(section),
}));

/** Nothing of this repository's: what a project has that follows the page. */
const TSCONFIG = {
  compilerOptions: {
    target: "ESNext",
    lib: ["ESNext", "DOM", "DOM.Iterable"],
    module: "Preserve",
    moduleResolution: "bundler",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  },
};

test("the page installs what is tested", () => {
  const installed = ways
    .flatMap(({ commands }) => commands.match(/^npm install .*/gm) ?? [])
    .flatMap((line) => line.split(" ").slice(2))
    .filter((word) => !word.startsWith("--"));
  expect(installed.length).toBeGreaterThan(3);
  for (const wanted of installed) {
    const at = wanted.lastIndexOf("@");
    expect(wanted).toBe(`${wanted.slice(0, at)}@${dependencies[wanted.slice(0, at)]}`);
  }
});

describe.skipIf(!areInstalled)("the clients of docs/openapi.md", () => {
  onEmbedded((at) => {
    const projects = temporaryFolder();
    afterAll(() => projects[Symbol.dispose]());
    // In Bun, for generators ask for a newer Node.js than some that have the server's tests.
    const runnable = (commands: string) =>
      commands.replaceAll(/^npm install .*\n/gm, "").replaceAll(/^npx /gm, "bunx --bun ");
    const folderOf = (name: string) => join(projects.path, name.replaceAll("/", "-"));

    beforeAll(async () => {
      const here = (text: string) => text.replaceAll("http://localhost:8000", at.server.origin);
      await Bun.write(join(projects.path, "tsconfig.json"), JSON.stringify(TSCONFIG));
      for (const { name, files } of ways) {
        mkdirSync(folderOf(name));
        symlinkSync(join(import.meta.dirname, "node_modules"), join(folderOf(name), "node_modules"));
        await Bun.write(join(folderOf(name), "package.json"), '{"type": "module"}');
        for (const [file, text] of [...filesIn(beginning), ...files])
          await Bun.write(join(folderOf(name), file), here(text));
      }
      const generated = await Promise.all(
        ways.map(({ name, commands }) =>
          run(["sh", "-ec", here(runnable(commands))], { cwd: folderOf(name) }),
        ),
      );
      for (const { exitCode, output } of generated) expect([exitCode, output]).toEqual([0, output]);
    }, 120_000);

    test("all type-check, strictly", async () => {
      const { exitCode, output } = await run([TSC, "--project", "tsconfig.json"], { cwd: projects.path });
      expect(output).toBe("");
      expect(exitCode).toBe(0);
    });

    test.each(ways.map(({ name }) => name))("%s refreshes a session, and reads the player", async (name) => {
      const program = ways
        .find((way) => way.name === name)
        ?.files.find(([file]) => /^[a-z-]+\.ts$/.test(file));
      const before = (await at.server.logLines()).length;
      const { exitCode, output } = await run([process.execPath, program?.[0] ?? ""], { cwd: folderOf(name) });
      expect([exitCode, output]).toEqual([0, output]);
      const lines = (await at.server.logLines()).slice(before);
      const refreshed = lines.find(({ event }) => event === "refresh");
      expect(refreshed).toBeDefined();
      const { rows } = await at.server.database.pool.query("SELECT name FROM users WHERE id = $1", [
        refreshed?.user_id,
      ]);
      expect(output.trim()).toBe(rows[0].name);
    });
  });
});

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(
    ([, code = ""]) => code,
  );
}

/** The files of a section, each with its name in its first line. */
function filesIn(section: string): [name: string, text: string][] {
  return ["ts", "js"].flatMap((language) =>
    blocks(section, language).map((text): [string, string] => [/^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text]),
  );
}
