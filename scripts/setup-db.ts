import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { cancel, confirm, intro, isCancel, log, outro, password, text } from "@clack/prompts";
import { ConfigError, loadDatabaseConfig } from "../src/config/config";
import { DatabaseStartError } from "../src/db/errors";
import type { PostgresConfig } from "../src/db/postgres";
import { provision, type Superuser } from "../src/db/provision";

const USAGE = `Usage: bun run setup-db [options]

Creates the PostgreSQL role and database that .env and config.yml name, then applies the migrations.
What exists already is left as it is; nothing is ever dropped or overwritten.

  --superuser NAME                who creates them (default: postgres)
  --superuser-password-file FILE  its password; - reads it from stdin
  --superuser-host HOST           where it connects, if not at DB_HOST; a path is a socket's folder
  --yes                           ask nothing
  --help                          show this

On Debian and Ubuntu the superuser has no password but a socket of its own:
  sudo -u postgres env "PATH=$PATH" bun run setup-db --superuser-host /var/run/postgresql --yes`;

/** Something the caller has to put right first, in one sentence. */
class Refusal extends Error {}

try {
  await main();
} catch (error) {
  const known = [Refusal, ConfigError, DatabaseStartError].some((kind) => error instanceof kind);
  if (!known) throw error;
  log.error((error as Error).message);
  process.exit(1);
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) return console.log(USAGE);
  const config = wantedDatabase();
  intro(`Setting up "${config.database}" at ${config.host}:${config.port} for role "${config.user}"`);
  const superuser =
    options.yes || !process.stdin.isTTY ? givenSuperuser(options) : await askSuperuser(options);
  await provision(config, superuser, (line) => log.success(line));
  outro('Done. "bun run src/index.ts" starts the server.');
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        superuser: { type: "string" },
        "superuser-password-file": { type: "string" },
        "superuser-host": { type: "string" },
        yes: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new Refusal(`${(error as Error).message} (--help shows the options)`);
  }
}

type Options = ReturnType<typeof readOptions>;

function wantedDatabase(): PostgresConfig {
  const config = loadDatabaseConfig({ cwd: resolve(import.meta.dirname, ".."), env: process.env });
  if (config.kind === "embedded")
    throw new Refusal(
      "The embedded database needs no set-up; for PostgreSQL set DB_USER, DB_PASSWORD and DB_NAME.",
    );
  if (!config.user) throw new Refusal("DB_USER is not set: it names the role to create.");
  if (config.password === undefined) throw new Refusal("DB_PASSWORD is not set: the role needs one.");
  return config;
}

function givenSuperuser(options: Options): Superuser {
  return superuserOf(options, options.superuser ?? "postgres", passwordFile(options));
}

async function askSuperuser(options: Options): Promise<Superuser> {
  const user =
    options.superuser ?? answered(await text({ message: "PostgreSQL superuser", initialValue: "postgres" }));
  const secret =
    passwordFile(options) ??
    (answered(await password({ message: `Password of "${user}" (empty if it needs none)` })) || undefined);
  if (!answered(await confirm({ message: "Create what is missing, then migrate?" }))) leave();
  return superuserOf(options, user, secret);
}

function superuserOf(options: Options, user: string, secret: string | undefined): Superuser {
  const host = options["superuser-host"];
  return { user, ...(secret === undefined ? {} : { password: secret }), ...(host ? { host } : {}) };
}

function passwordFile(options: Options): string | undefined {
  const file = options["superuser-password-file"];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new Refusal(`The password file cannot be read: ${(error as Error).message}.`);
  }
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) leave();
  return answer as Exclude<T, symbol>;
}

function leave(): never {
  cancel("Nothing was changed.");
  process.exit(1);
}
