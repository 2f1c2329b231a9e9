import type pg from "pg";
import type { Database } from "../../src/db/database";

/** The moment in which a process dies: before or after the so-and-so-many-th statement from now on. */
export type Death = { statement: number; side: "before" | "after" };

/** A database as a process sees it that may die between two statements of a request. */
export type MortalDatabase = {
  database: Database;
  /** From then on no statement of the process reaches the database, until {@link revive}. */
  dieAt(death: Death): void;
  /** Starts the process again. @returns whether it had died */
  revive(): boolean;
  /** The names of statements that have come through since somebody emptied it. */
  ran: Set<string | undefined>;
};

export function mortal(database: Database): MortalDatabase {
  let death: Death | null = null;
  let count = 0;
  let isDead = false;
  const ran = new Set<string | undefined>();
  const died = () => {
    isDead = true;
    return new Error("the process is dead");
  };
  const query = async (...statement: Parameters<pg.Pool["query"]>) => {
    if (isDead) throw died();
    const side = death && ++count === death.statement ? death.side : null;
    if (side === "before") throw died();
    const result = await database.pool.query(...statement);
    ran.add((statement[0] as { name?: string }).name);
    if (side === "after") throw died();
    return result;
  };
  return {
    database: withQuery(database, query as pg.Pool["query"]),
    dieAt(moment) {
      death = moment;
      count = 0;
    },
    revive() {
      const wasDead = isDead;
      death = null;
      isDead = false;
      return wasDead;
    },
    ran,
  };
}

/** The same database, one of whose statements says something else: a server with a mistake in it. */
export function misspelt(database: Database, name: string, respell: (text: string) => string): Database {
  const query = (config: pg.QueryConfig) => {
    if (config.name !== name) return database.pool.query(config);
    const text = respell(config.text);
    if (text === config.text) throw new Error(`nothing was changed in ${name}`);
    // Under its own name the right one may be prepared already.
    return database.pool.query({ ...config, name: `${name} ${Bun.hash(text)}`, text });
  };
  return withQuery(database, query as pg.Pool["query"]);
}

function withQuery(database: Database, query: pg.Pool["query"]): Database {
  const pool = Object.create(database.pool, { query: { value: query } });
  return Object.create(database, { pool: { value: pool } });
}
