import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const USAGE = `Usage: bun run release VERSION

Makes a release of what stands under "Unreleased" in CHANGELOG.md: moves it under the version and today's date (UTC),
sets the version in package.json and sdk/package.json, commits the three and tags the commit. It pushes nothing.
VERSION is MAJOR.MINOR.PATCH and later than the one before (https://semver.org).`;

const root = join(import.meta.dirname, "..");
const PACKAGES = ["package.json", "sdk/package.json"];
const CHANGELOG = "CHANGELOG.md";

/** Something that has to be put right first, in one sentence; all is as it was. */
class Refusal extends Error {}

try {
  const [version = "--help"] = process.argv.slice(2);
  if (version === "--help") console.log(USAGE);
  else release(version);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exit(1);
}

function release(version: string): void {
  const tag = `v${version}`;
  requireLater(version);
  if (git("status", "--porcelain") !== "")
    throw new Refusal("The working tree has changes: commit them first.");
  if (git("tag", "--list", tag) !== "") throw new Refusal(`The tag ${tag} is there already.`);
  const changed = new Map(PACKAGES.map((path) => [path, withVersion(read(path), version)]));
  changed.set(CHANGELOG, withRelease(read(CHANGELOG), version, new Date().toISOString().slice(0, 10)));

  const before = git("rev-parse", "HEAD");
  try {
    for (const [path, text] of changed) writeFileSync(join(root, path), text);
    git("commit", "--quiet", "--message", `Release ${version}`, "--", ...changed.keys());
    git("tag", "--annotate", tag, "--message", tag);
  } catch (error) {
    // The tree was clean: nothing is lost but the release.
    git("reset", "--quiet", "--hard", before);
    throw error;
  }
  console.log(`Committed and tagged ${tag}. To publish it: git push --follow-tags`);
}

function requireLater(version: string): void {
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version)) {
    throw new Refusal(`A version is MAJOR.MINOR.PATCH, as in 1.4.0, and ${JSON.stringify(version)} is not.`);
  }
  for (const path of PACKAGES) {
    const { version: current } = JSON.parse(read(path)) as { version: string };
    if (Bun.semver.order(version, current) <= 0) {
      throw new Refusal(`${path} is at ${current} already: ${version} is not later.`);
    }
  }
}

/** The text with its first `version` replaced, and every other byte as it was. */
function withVersion(packageJson: string, version: string): string {
  return packageJson.replace(/("version": ")[^"]*(")/, `$1${version}$2`);
}

/** What was unreleased, under the version and its date, beneath an empty "Unreleased". */
function withRelease(changelog: string, version: string, date: string): string {
  const heading = "## [Unreleased]\n";
  const [before, after, ...more] = changelog.split(heading);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Refusal(`${CHANGELOG} has no heading "${heading.trim()}", or several.`);
  }
  const [unreleased = ""] = after.split(/^## /m);
  if (!/^[-*] /m.test(unreleased)) throw new Refusal(`${CHANGELOG} tells nothing under "Unreleased".`);
  return `${before}${heading}\n## [${version}] - ${date}\n${after}`;
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** @throws Refusal with what git said */
function git(...command: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["git", ...command], { cwd: root });
  if (exitCode !== 0) throw new Refusal(`git ${command[0]}: ${stderr.toString().trim()}`);
  return stdout.toString().trim();
}
