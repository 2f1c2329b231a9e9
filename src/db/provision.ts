import pg from "pg";
import { DatabaseStartError, toStartError } from "./errors";
import { migrate } from "./migrate";
import { type PostgresConfig, withClient } from "./postgres";

/** Who creates what the server's own role may not. */
export type Superuser = { user: string; password?: string; host?: string };

/**
 * Creates the role and the database of `config` where they are missing, then applies the migrations. Whatever is
 * there already stays as it is, and is checked to be of use.
 * @param say told of each step, in one line
 * @throws {DatabaseStartError} saying what is in the way
 */
export async function provision(
  config: PostgresConfig,
  superuser: Superuser,
  say: (line: string) => void,
): Promise<void> {
  const { password: _, schema: __, ...where } = config;
  const asSuperuser = { ...where, ...superuser, database: "postgres" };
  const roleIsNew = await withStartErrors(asSuperuser, () =>
    withClient(asSuperuser, async (client) => {
      const created = await createRole(client, config);
      say(`Role "${config.user}" ${created ? "created" : "exists already: left as it is"}.`);
      const made = await createDatabase(client, config);
      say(`Database "${config.database}" ${made ? "created" : "exists already: left as it is"}.`);
      return created;
    }),
  );
  await checkAccess(config, roleIsNew);
  const applied = await migrate(config, say);
  say(applied.length > 0 ? `Migrations applied: ${applied.join(", ")}.` : "No migration is pending.");
}

async function createRole(client: pg.Client, { user, password }: PostgresConfig): Promise<boolean> {
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [user]);
  if (rowCount) return false;
  await keepStatementsFromLog(client);
  const secret = password === undefined ? "" : `PASSWORD ${pg.escapeLiteral(password)}`;
  await client.query(`CREATE ROLE ${pg.escapeIdentifier(user)} LOGIN ${secret}`);
  return true;
}

/** The statement holds a password, and a server may log what it runs. Only a superuser may ask it not to. */
async function keepStatementsFromLog(client: pg.Client): Promise<void> {
  for (const setting of [
    "log_statement = none",
    "log_min_duration_statement = -1",
    "log_min_error_statement = panic",
  ])
    await client.query(`SET ${setting}`).catch(() => {});
}

async function createDatabase(client: pg.Client, { user, database }: PostgresConfig): Promise<boolean> {
  const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [database]);
  if (rowCount) return false;
  const owner = pg.escapeIdentifier(user);
  // Who is no superuser (in a managed cloud, say) gives away only to roles that it belongs to.
  const { rows } = await client.query("SELECT pg_has_role(current_user, $1, 'MEMBER') AS member", [user]);
  if (!rows[0].member) await client.query(`GRANT ${owner} TO CURRENT_USER`);
  await client.query(
    `CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER ${owner} ENCODING 'UTF8' TEMPLATE template0`,
  );
  return true;
}

async function checkAccess(config: PostgresConfig, roleIsNew: boolean): Promise<void> {
  const { user, database } = config;
  try {
    const mayCreate = await withClient(config, async (client) => {
      const question = config.schema
        ? "SELECT has_database_privilege(current_database(), 'CREATE') AS allowed"
        : "SELECT has_schema_privilege('public', 'CREATE') AS allowed";
      const { rows } = await client.query(question);
      return rows[0].allowed as boolean;
    });
    if (!mayCreate)
      throw new DatabaseStartError(
        `Role "${user}" may not create tables in database "${database}"; make it the owner, or GRANT it CREATE on schema public.`,
      );
  } catch (error) {
    if ((error as { code?: string }).code !== "28P01" || roleIsNew) throw toStartError(error, config);
    throw new DatabaseStartError(
      `Role "${user}" exists with another password than DB_PASSWORD; set the right one, or change the role's with ALTER ROLE.`,
    );
  }
}

async function withStartErrors<T>(config: PostgresConfig, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code === "42501")
      throw new DatabaseStartError(`Role "${config.user}" may not create roles or databases.`);
    throw toStartError(error, config);
  }
}
