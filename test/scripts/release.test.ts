import { describe, expect, test } from "bun:test";
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryFolder } from "../support/temporary";

const ROOT = resolve(import.meta.dirname, "../..");
const RELEASED = ["CHANGELOG.md", "package.json", "sdk/package.json"];
const NEWS = "- A line about something new.\n";

/** Nobody's settings, and no repository but the one of the folder. */
const env = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** A repository with the files of this one that a release touches, at 0.1.0 and with something unreleased. */
function openClone() {
  const folder = temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  const run = (command: string[], more: Record<string, string> = {}) => {
    const child = Bun.spawnSync(command, { cwd: folder.path, env: { ...env, ...more } });
    return { exitCode: child.exitCode, output: `${child.stdout}${child.stderr}`.trim() };
  };
  const git = (...command: string[]) => {
    const { exitCode, output } = run(["git", ...command]);
    if (exitCode !== 0) throw new Error(output);
    return output;
  };
  for (const path of ["sdk", "scripts"]) mkdirSync(at(path));
  for (const path of [...RELEASED, "scripts/release.ts"]) cpSync(join(ROOT, path), at(path));
  for (const path of RELEASED.slice(1)) {
    writeFileSync(at(path), read(at(path)).replace(/"version": "[^"]*"/, '"version": "0.1.0"'));
  }
  const changelog = `# Changelog\n\n## [Unreleased]\n\n### Added\n\n${NEWS}\n## [0.1.0] - 2026-11-22\n\n- The first.\n`;
  writeFileSync(at("CHANGELOG.md"), changelog);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Begin");
  return {
    at,
    git,
    changelog,
    release: (version: string, more?: Record<string, string>) =>
      run([process.execPath, "scripts/release.ts", version], more),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

describe("A release", () => {
  test("moves what is unreleased under the version and today's date", () => {
    using clone = openClone();
    expect(clone.release("0.2.0")).toMatchObject({ exitCode: 0 });
    const [before = "", after = ""] = read(clone.at("CHANGELOG.md")).split(
      /## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n/,
    );
    expect(before).toBe("# Changelog\n\n## [Unreleased]\n\n");
    expect(after).toBe(`\n### Added\n\n${NEWS}\n## [0.1.0] - 2026-11-22\n\n- The first.\n`);
  });

  test("sets the version of the server and of the SDK, and nothing else in their files", () => {
    using clone = openClone();
    const before = RELEASED.slice(1).map((path) => read(clone.at(path)));
    clone.release("1.0.0");
    const after = RELEASED.slice(1).map((path) => read(clone.at(path)));
    expect(after).toEqual(before.map((text) => text.replace('"version": "0.1.0"', '"version": "1.0.0"')));
  });

  test("is one commit of three files with a tag, and a clean tree after it", () => {
    using clone = openClone();
    clone.release("0.1.1");
    expect(clone.git("log", "-1", "--format=%s", "--name-only").split("\n")).toEqual([
      "Release 0.1.1",
      "",
      ...RELEASED,
    ]);
    expect(clone.git("rev-parse", "v0.1.1^{commit}")).toBe(clone.git("rev-parse", "HEAD"));
    expect(clone.git("cat-file", "-t", "v0.1.1")).toBe("tag");
    expect(clone.git("status", "--porcelain")).toBe("");
  });

  test("pushes nothing", () => {
    using clone = openClone();
    using remote = temporaryFolder();
    clone.git("init", "--quiet", "--bare", remote.path);
    clone.git("remote", "add", "origin", remote.path);
    clone.git("push", "--quiet", "--set-upstream", "origin", "main");
    clone.git("config", "push.followTags", "true");
    expect(clone.release("0.2.0")).toMatchObject({ exitCode: 0 });
    expect(clone.git("ls-remote", "origin")).toBe(`${clone.git("rev-parse", "HEAD~1")}\trefs/heads/main`);
  });

  test("can follow a release", () => {
    using clone = openClone();
    clone.release("0.2.0");
    expect(clone.release("0.3.0").output).toBe('CHANGELOG.md tells nothing under "Unreleased".');
    const changelog = read(clone.at("CHANGELOG.md"));
    writeFileSync(clone.at("CHANGELOG.md"), changelog.replace("## [Unreleased]\n", `$&\n${NEWS}`));
    clone.git("commit", "--quiet", "--all", "--message", "Something new");
    expect(clone.release("0.3.0")).toMatchObject({ exitCode: 0 });
    expect(read(clone.at("CHANGELOG.md")).match(/^## \[.*\]/gm)).toEqual([
      "## [Unreleased]",
      "## [0.3.0]",
      "## [0.2.0]",
      "## [0.1.0]",
    ]);
  });
});

describe("A release is refused, and changes nothing,", () => {
  type Clone = ReturnType<typeof openClone>;
  const refusals: [string, string, (clone: Clone) => void, string][] = [
    ["with a changed file", "0.2.0", ({ at }) => appendFileSync(at("CHANGELOG.md"), "x"), "has changes"],
    ["with a new file", "0.2.0", ({ at }) => writeFileSync(at("new.txt"), ""), "has changes"],
    ["with the version there is", "0.1.0", () => {}, "0.1.0 is not later"],
    ["with an earlier version", "0.0.9", () => {}, "0.0.9 is not later"],
    ["with a version of two parts", "0.2", () => {}, "MAJOR.MINOR.PATCH"],
    ["with a version like a tag", "v0.2.0", () => {}, "MAJOR.MINOR.PATCH"],
    ["with a version of two lines", "0.2.0\n", () => {}, "MAJOR.MINOR.PATCH"],
    ["with a tag of that name", "0.2.0", ({ git }) => git("tag", "v0.2.0"), "The tag v0.2.0 is there"],
    [
      "when a hook refuses the commit",
      "0.2.0",
      ({ at }) =>
        writeFileSync(at(".git/hooks/pre-commit"), "#!/bin/sh\necho no >&2; exit 1\n", { mode: 0o755 }),
      "git commit: no",
    ],
    [
      "when the tag cannot be signed",
      "0.2.0",
      ({ git }) => {
        git("config", "tag.gpgSign", "true");
        git("config", "gpg.program", "/nowhere");
      },
      "git tag: ",
    ],
  ];
  test.each(refusals)("%s", (_when, version, prepare, sentence) => {
    using clone = openClone();
    prepare(clone);
    const state = () => [
      clone.git("status", "--porcelain"),
      clone.git("tag"),
      clone.git("rev-parse", "HEAD"),
    ];
    const before = [...state(), ...RELEASED.map((path) => read(clone.at(path)))];
    const { exitCode, output } = clone.release(version);
    expect(output).toContain(sentence);
    expect(output).not.toContain("    at ");
    expect(exitCode).toBe(1);
    expect([...state(), ...RELEASED.map((path) => read(clone.at(path)))]).toEqual(before);
  });

  test("when CHANGELOG.md has no place for what is unreleased", () => {
    using clone = openClone();
    writeFileSync(clone.at("CHANGELOG.md"), clone.changelog.replace("[Unreleased]", "[Next]"));
    clone.git("commit", "--quiet", "--all", "--message", "Rename the heading");
    expect(clone.release("0.2.0")).toEqual({
      exitCode: 1,
      output: 'CHANGELOG.md has no heading "## [Unreleased]", or several.',
    });
  });
});
