import tab from "@bomb.sh/tab/citty";
import { defineCommand, runMain } from "citty";
import { auditCommand } from "./admin/audit";
import { banCommand, unbanCommand } from "./admin/ban";
import { COMMAND } from "./admin/command";
import { findCommand } from "./admin/find";
import { keysCommand } from "./admin/keys";
import { mergeCommand } from "./admin/merge";
import { noteCommand } from "./admin/note";
import { renameCommand } from "./admin/rename";
import { rolesCommand } from "./admin/roles";
import { sessionsCommand } from "./admin/sessions";
import { showCommand } from "./admin/show";
import { signingKeyCommand } from "./admin/signing-key";
import { undoCommand } from "./admin/undo";

const subCommands = {
  find: findCommand,
  show: showCommand,
  ban: banCommand,
  unban: unbanCommand,
  rename: renameCommand,
  sessions: sessionsCommand,
  merge: mergeCommand,
  undo: undoCommand,
  note: noteCommand,
  roles: rolesCommand,
  audit: auditCommand,
  keys: keysCommand,
  "signing-key": signingKeyCommand,
};
const meta = { name: COMMAND, description: "What an operator does to a database of this server." };

// Adds the command `complete`, whose scripts complete what a shell calls this name (docs/support.md).
await tab(defineCommand({ meta: { ...meta, name: "account-admin" }, subCommands }));
await runMain(defineCommand({ meta, subCommands }));
