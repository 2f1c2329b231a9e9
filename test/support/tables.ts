import type { Database } from "../../src/db/database";

let count = 0;

/** The columns of a new, valid player. */
export function newUser() {
  const name = `player${count++}`;
  return { email: "shared@players.example", name, nameFolded: name, nameSkeleton: name };
}

/** Inserts a player through the pool, as a hot statement would. */
export function insertUser(queryable: Pick<Database["pool"], "query">, name: string) {
  return queryable.query(
    "INSERT INTO users (email, name, name_folded, name_skeleton) VALUES ('e@x', $1, $1, $1) RETURNING id",
    [name],
  );
}
