import { accountCommand } from "./account";
import { ageBandCommand, guardianConsentCommand } from "./age";
import { auditCommand } from "./audit";
import { banCommand, unbanCommand } from "./ban";
import { clientVersionCommand } from "./client-version";
import { findCommand } from "./find";
import { keysCommand } from "./keys";
import { maintenanceCommand } from "./maintenance";
import { mergeCommand } from "./merge";
import { noteCommand } from "./note";
import { renameCommand } from "./rename";
import { rolesCommand } from "./roles";
import { sessionsCommand } from "./sessions";
import { showCommand } from "./show";
import { signingKeyCommand } from "./signing-key";
import { undoCommand } from "./undo";
import { webhooksCommand } from "./webhooks";

/** What an operator may do, by name. */
export const COMMANDS = {
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
  account: accountCommand,
  "age-band": ageBandCommand,
  "guardian-consent": guardianConsentCommand,
  maintenance: maintenanceCommand,
  "client-version": clientVersionCommand,
  audit: auditCommand,
  keys: keysCommand,
  "signing-key": signingKeyCommand,
  webhooks: webhooksCommand,
};
