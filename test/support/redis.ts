import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./postgres";

const BINARIES = ["redis-server", "valkey-server"];

/**
 * Whether tests can run on Redis or Valkey here.
 * @throws in CI (`CI=true`), where they may never be skipped
 */
export function redisAvailable(): boolean {
  const available = binary() !== null;
  if (!available && process.env.CI === "true")
    throw new Error("In CI the tests must run on Redis or Valkey.");
  return available;
}

export type RunningRedis = { url: string; port: number; stop(): Promise<void> };

/** A throwaway Redis in memory, on loopback. */
export async function startRedis(port?: number): Promise<RunningRedis> {
  const path = binary();
  if (!path) throw new Error("Neither Redis nor Valkey is installed.");
  const folder = mkdtempSync(join(tmpdir(), "account-server-redis-"));
  const chosen = port ?? (await freePort());
  const server = Bun.spawn(
    [path, "--port", String(chosen), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
    { stdout: "pipe", stderr: "inherit" },
  );
  const reader = server.stdout.getReader();
  for (let said = ""; !said.includes("Ready to accept connections"); ) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Redis did not start.");
    said += new TextDecoder().decode(value);
  }
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    async stop() {
      server.kill("SIGKILL");
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function binary(): string | null {
  return BINARIES.map((name) => Bun.which(name)).find((path) => path !== null) ?? null;
}
