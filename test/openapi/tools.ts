import { join } from "node:path";
import { OFFLINE, TOOLS } from "../../scripts/openapi/breaking-changes";
import { isInstalled } from "../support/installed";

/** Whether the linters and generators are there, which `bun run check` installs. */
export const areInstalled = isInstalled(join(TOOLS, "redocly"), "the tools of test/openapi");

/** What a command of test/openapi said, and how it ended. */
export async function run(
  command: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn(command, {
    cwd,
    env: { ...process.env, ...OFFLINE, NO_COLOR: "1", ...env, PATH: `${TOOLS}:${process.env.PATH}` },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exitCode: await child.exited, output: output + errors };
}
