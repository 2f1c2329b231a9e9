import { systemClock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { purgeLeavers } from "../../src/leaving/purge";
import { createStores, createTransact } from "../../src/stores";
import { beginToCrash } from "./crash-later";

// Forgets those whose time to come back is over, once, as the clean-up does it: a process of its own, to be killed.
const config = loadConfig({ cwd: process.cwd(), env: process.env });
const database = await openDatabase(config.database);
beginToCrash();
const { users } = createStores(database, systemClock, config, database.background);
const transact = createTransact(database, systemClock, config);
await purgeLeavers({ clock: systemClock, transact, users }, 500);
await database.close();
