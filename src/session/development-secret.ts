import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../config/config";

const BYTES = 64;
const WRITTEN = new RegExp(`^[0-9a-f]{${2 * BYTES}}$`);

/**
 * The secret of a server in development: made once, and on the disk before anything is signed with it. Of several
 * processes that start at once all get the same.
 * @param dataDir holds it as `jwt-secret`, readable by its user alone
 * @throws {ConfigError} when the file is damaged
 */
export function developmentSecret(dataDir: string): string {
  const path = join(dataDir, "jwt-secret");
  const secret = read(path) ?? make(dataDir, path);
  if (WRITTEN.test(secret)) return secret;
  throw new ConfigError(
    `${path}: is not the secret that was written there (${2 * BYTES} hexadecimal digits); restore the file, or delete ` +
      "it: the next start then makes another secret, and every player has to sign in again",
  );
}

function read(path: string): string | null {
  try {
    return fs.readFileSync(path, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Written whole under another name, so that nobody reads half of it, and kept where another process came first. */
function make(dataDir: string, path: string): string {
  const draft = `${path}.${process.pid}`;
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = fs.openSync(draft, "w", 0o600);
  try {
    fs.writeSync(file, randomBytes(BYTES).toString("hex"));
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  try {
    fs.linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.unlinkSync(draft);
  }
  syncFolder(dataDir);
  return fs.readFileSync(path, "latin1");
}

/** A name outlives a power cut only when its folder is on the disk too. Windows opens no folder, and needs none. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = fs.openSync(path, "r");
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}
