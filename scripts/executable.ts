import { loadConfig, loadDatabaseConfig } from "../src/config/config";
import { migrate } from "../src/db/migrate";
import { startFailureCode, startFailureMessage } from "../src/host/start-failure";

// The entry of the executable that `bun run compile` makes: the server, or one of its commands.

const USAGE = `Usage: account-server [command]

Without a command it serves. It reads .env and config.yml of the folder that it is started in.

  migrate   brings the database up to date
  health    exits with 0 when the server of this folder and environment is ready, else with 1
  admin     what an operator does; "account-server admin --help" lists it
  import    makes players of those in files of other systems
  export    writes all players into a file that import reads`;

const source = { cwd: process.cwd(), env: process.env };

/** @returns the exit code; null where the command goes on */
async function run(command: string | undefined): Promise<number | null> {
  switch (command) {
    case undefined:
      await import("../src/index");
      return null;
    case "migrate": {
      const applied = await migrate(loadDatabaseConfig(source), console.log);
      console.log(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
      return 0;
    }
    case "health":
      return (await isReady()) ? 0 : 1;
    case "admin":
      process.argv.splice(2, 1);
      await import("./admin");
      return null;
    case "import":
      process.argv.splice(2, 1);
      await import("./import");
      return null;
    case "export":
      process.argv.splice(2, 1);
      await import("./export");
      return null;
    case "--help":
      console.log(USAGE);
      return 0;
    default:
      console.error(USAGE);
      return 2;
  }
}

async function isReady(): Promise<boolean> {
  const { host, port } = loadConfig(source).server;
  const address = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  const answer = await fetch(`http://${address}:${port}/health/ready`, {
    signal: AbortSignal.timeout(3_000),
  }).catch(() => null);
  return answer?.ok === true;
}

try {
  const code = await run(process.argv[2]);
  if (code !== null) process.exit(code);
} catch (error) {
  console.error(startFailureMessage(error));
  process.exit(startFailureCode(error));
}
