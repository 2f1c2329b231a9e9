import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** The last commit before `identities`: what a server that is being replaced runs. */
const COMMIT = "fee9704c4f39eacdd0c2884386bbabf4434d7f71";

/** Whether the history here goes back far enough; that of a shallow clone may not. */
export function previousReleaseAvailable(): boolean {
  return git("cat-file", "-e", `${COMMIT}^{commit}`).exitCode === 0;
}

/** The release before this one in a folder of its own, over the packages that are installed. Gone with the world. */
export function previousRelease(world: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), "account-server-previous-"));
  world.defer(() => rmSync(folder, { recursive: true, force: true }));
  const archive = git("archive", "--format=tar", COMMIT);
  Bun.spawnSync(["tar", "-x", "-C", folder], { stdin: archive.stdout });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const generated = prisma(folder, {}, "generate");
  if (generated.exitCode !== 0) throw new Error(`prisma generate: ${generated.stderr}${generated.stdout}`);
  return folder;
}

/** Runs a command of a release's own Prisma. */
export function prisma(folder: string, env: Record<string, string>, ...command: string[]) {
  return Bun.spawnSync([process.execPath, "x", "prisma", ...command], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), CHECKPOINT_DISABLE: "1", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** The same while this process goes on: its other requests do not wait meanwhile. */
export async function prismaBeside(folder: string, env: Record<string, string>, ...command: string[]) {
  const child = Bun.spawn([process.execPath, "x", "prisma", ...command], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), CHECKPOINT_DISABLE: "1", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = await Promise.all([child.stderr, child.stdout].map((stream) => new Response(stream).text()));
  return { exitCode: await child.exited, output: said.join("") };
}

function git(...command: string[]) {
  return Bun.spawnSync(["git", ...command], { cwd: ROOT, stdout: "pipe", stderr: "ignore" });
}
