import { resolve } from "node:path";
import { defineConfig } from "prisma/config";
import { loadDatabaseConfig } from "./src/config/config";
import { datasourceUrl } from "./src/db/datasource-url";

const root = import.meta.dirname;

// Prisma's schema engine as WebAssembly; the native one would be downloaded.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= resolve(root, "src/db/schema-engine/schema-engine");

/** Commands that work on the schema alone run whatever the settings are (after `bun install`, say). */
const withoutDatabase = ["generate", "validate", "format", "version"].includes(process.argv[2] ?? "");

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(withoutDatabase
    ? {}
    : { datasource: { url: datasourceUrl(loadDatabaseConfig({ cwd: root, env: process.env })) } }),
});
