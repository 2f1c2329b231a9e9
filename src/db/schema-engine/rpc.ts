import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { DevDiagnosticInput, SchemaEngine } from "@prisma/schema-engine-wasm";
import { foreignTablesMessage } from "../foreign-tables";
import { engineAdapter } from "./adapter";
import type { Target } from "./target";
import { createSchemaEngine, panicMessage } from "./wasm";

/** The methods that write to the schema or its history. */
const CHANGING = new Set([
  "applyMigrations",
  "markMigrationApplied",
  "markMigrationRolledBack",
  "reset",
  "schemaPush",
]);

/**
 * The methods that need the schema which the migrations build. Over WebAssembly they find it only in a cache, which
 * `devDiagnostic` fills, and that comes first in `migrate dev` but fills nothing on an empty database.
 */
const NEEDING_HISTORY = new Set(["evaluateDataLoss", "createMigration"]);

type Request = { id: number; method: string; params?: unknown };
type Method = (params: unknown) => Promise<unknown>;

/** Answers the Prisma CLI's JSON-RPC, one message a line, until `input` ends. */
export async function serveRpc(
  target: () => Promise<Target>,
  datamodels: [path: string, content: string][],
  input: Readable,
  output: Writable,
): Promise<void> {
  let engine: SchemaEngine | undefined;
  const send = (message: object) => output.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  // The CLI prints it.
  const print = (content: string) => void send({ id: 0, method: "print", params: { content } });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = JSON.parse(line) as Request;
    if (request.method === undefined) continue;
    try {
      const { pool, openShadow, exclusively } = await target();
      engine ??= await createSchemaEngine(engineAdapter(pool, openShadow, print), datamodels);
      const call = () => run(engine as SchemaEngine, request);
      const result = await (CHANGING.has(request.method) ? exclusively(call) : call());
      printOutput(result, print);
      send({ id: request.id, result: result ?? null });
    } catch (error) {
      send({ id: request.id, error: rpcError(error) });
    }
  }
}

async function run(engine: SchemaEngine, { method, params }: Request): Promise<unknown> {
  if (NEEDING_HISTORY.has(method)) await engine.devDiagnostic(params as DevDiagnosticInput);
  const name = method === "getDatabaseVersion" ? "version" : method;
  const callable = (engine as unknown as Record<string, Method | undefined>)[name];
  if (!callable) throw new Error(`The schema engine has no method ${method}.`);
  return callable.call(engine, params);
}

/** What `migrate diff` is there for. */
function printOutput(result: unknown, print: (content: string) => void): void {
  const content = (result as { stdout?: string } | undefined)?.stdout;
  if (content) print(content);
}

/** The shape the CLI expects of the native engine: 4466 is "an error for the user". */
function rpcError(error: unknown): object {
  const panic = panicMessage(error);
  const { message, code } = error as { message?: string; code?: string };
  return {
    code: 4466,
    message: "An error happened. Check the data field for details.",
    data: {
      is_panic: panic !== undefined,
      message: panic ?? foreignTablesMessage(error) ?? message ?? String(error),
      error_code: code ?? null,
      meta: null,
    },
  };
}
