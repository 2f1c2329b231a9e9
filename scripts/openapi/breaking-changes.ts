import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenApiDocument } from "../../src/explorer/document";

/** The tools of the document, in a folder of their own: `bun run openapi:tools`. */
export const TOOLS = join(import.meta.dirname, "../../test/openapi/node_modules/.bin");

/** Nothing is asked of the network. */
export const OFFLINE = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };

/** A difference between two documents, as `redocly diff` tells it. */
type Change = {
  path: string;
  typeName: string;
  kind: "added" | "modified" | "removed";
  impact: "major" | "minor" | "patch";
  verdicts: { message: string }[];
  property?: string;
};

/** What generated types are made of. */
const TYPE_KEYWORDS = ["const", "enum", "format", "type"];

/**
 * What breaks a client that was made of the released document, one line each; empty when nothing does.
 * @throws when the tool tells no difference and no reason either
 */
export async function breakingChanges(
  released: Partial<OpenApiDocument>,
  current: Partial<OpenApiDocument>,
): Promise<string[]> {
  const changes = await differences(released, current);
  return [...new Set(changes.filter(breaksClients).map(inWords))];
}

/**
 * Beside what the tool holds for breaking: a member of a request that is not taken any more, a schema's name that is gone,
 * and any other type in an answer, for types are compiled into clients.
 */
function breaksClients({ kind, impact, typeName, path, property = "" }: Change): boolean {
  if (impact === "major") return true;
  if (typeName !== "Schema") return false;
  return kind === "removed" || (path.includes("/responses/") && TYPE_KEYWORDS.includes(property));
}

/** `POST /api/login requestBody/…/device: removed` */
function inWords({ path, kind, property, verdicts }: Change): string {
  const [group, ...parts] = path.replace(/^#\//, "").split("/").map(unescaped);
  const [route, method = "", ...rest] = parts;
  const where =
    group === "paths" ? [method.toUpperCase(), route, rest.join("/")] : [[group, ...parts].join("/")];
  const what = verdicts.map(({ message }) => message).join(" ") || [property, kind].filter(Boolean).join(" ");
  return `${where.filter(Boolean).join(" ")}: ${what}`;
}

/** RFC 6901 §4. */
function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

async function differences(released: object, current: object): Promise<Change[]> {
  const folder = await mkdtemp(join(tmpdir(), "account-openapi-"));
  try {
    const [before, after] = ["released.json", "current.json"].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    await Bun.write(before, JSON.stringify(released));
    await Bun.write(after, JSON.stringify(current));
    const command = [process.execPath, join(TOOLS, "redocly"), "diff", before, after];
    const child = Bun.spawn([...command, "--format", "json", "--fail-on", "none"], {
      cwd: folder,
      env: { ...process.env, ...OFFLINE },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, errors] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    if ((await child.exited) !== 0) throw new Error(`redocly diff: ${errors}${output}`);
    return (JSON.parse(output) as { changes: Change[] }).changes;
  } finally {
    await rm(folder, { recursive: true });
  }
}
