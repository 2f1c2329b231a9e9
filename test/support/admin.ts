import { resolve } from "node:path";
import { JWT_SECRET } from "./server";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/admin.ts");

/** Runs `bun run admin` in a process of its own, where nobody can be asked. @param env says which database */
export async function runAdmin(env: Record<string, string | undefined>, ...args: string[]) {
  const child = Bun.spawn(["bun", SCRIPT, ...args], {
    env: { PATH: process.env.PATH, NO_COLOR: "1", JWT_SECRET, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exitCode: await child.exited, out, err };
}
