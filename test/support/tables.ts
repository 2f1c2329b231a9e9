import type { Database } from "../../src/db/database";

let count = 0;

/** The columns of a new, valid player. */
export function newUser() {
  const name = `player${count++}`;
  return { googleId: name, email: "shared@players.example", name, nameFolded: name, nameSkeleton: name };
}

/** Inserts a player through the pool, as a hot statement would. */
export function insertUser(queryable: Pick<Database["pool"], "query">, googleId: string) {
  return queryable.query(
    "INSERT INTO users (google_id, email, name, name_folded, name_skeleton) VALUES ($1, 'e@x', $1, $1, $1) RETURNING id",
    [googleId],
  );
}
