import { readFileSync } from "node:fs";
import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { assetPath } from "../../assets";

type Bindings = typeof bindings & { __wbg_set_wasm(exports: WebAssembly.Exports): void };

let lastPanic: string | undefined;
let loaded: Promise<void> | undefined;

/**
 * Prisma's schema engine, run as WebAssembly in this process.
 * @param adapter the database it works on
 * @param datamodels pairs of path and content of the schema's files, for the commands that read it
 */
export async function createSchemaEngine(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  datamodels: [path: string, content: string][] = [],
): Promise<SchemaEngine> {
  loaded ??= load();
  await loaded;
  const bound = bindMigrationAwareSqlAdapterFactory(adapter);
  return bindings.SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    () => {},
    bound,
  );
}

/** The message of the engine's panic that `error` stems from, if it does. */
export function panicMessage(error: unknown): string | undefined {
  return error instanceof WebAssembly.RuntimeError ? (lastPanic ?? error.message) : undefined;
}

async function load(): Promise<void> {
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        lastPanic = message;
      },
    },
  });
  const file = assetPath("node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm");
  const { instance } = await WebAssembly.instantiate(readFileSync(file), {
    "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports,
  });
  (bindings as Bindings).__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}
