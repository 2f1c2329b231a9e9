import tab from "@bomb.sh/tab/citty";
import { defineCommand, runMain } from "citty";
import { COMMAND } from "./admin/command";
import { COMMANDS } from "./admin/commands";

const meta = { name: COMMAND, description: "What an operator does to a database of this server." };

// Adds the command `complete`, whose scripts complete what a shell calls this name (docs/support.md).
await tab(defineCommand({ meta: { ...meta, name: "account-admin" }, subCommands: COMMANDS }));
await runMain(defineCommand({ meta, subCommands: COMMANDS }));
