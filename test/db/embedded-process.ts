import { openDatabase } from "../../src/db/database";
import { insertUser } from "../support/tables";

// A second process for the tests: opens the embedded database in argv[2]; with "write", inserts players without end
// and prints the number of each once it is committed; without, waits to be ended.
try {
  const database = await openDatabase({ kind: "embedded", dataDir: process.argv[2] ?? "" });
  process.on("SIGTERM", () => database.close().then(() => process.exit(0)));
  console.log("open");
  for (let n = 0; process.argv[3] === "write"; n++) {
    await insertUser(database.pool, `written-${n}`);
    console.log(n);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
