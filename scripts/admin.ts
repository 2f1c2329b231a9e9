import { defineCommand, runMain } from "citty";
import { accountCommand } from "./admin/account";
import { ageBandCommand, guardianConsentCommand } from "./admin/age";
import { clientVersionCommand } from "./admin/client-version";
import { keysCommand } from "./admin/keys";
import { maintenanceCommand } from "./admin/maintenance";
import { signingKeyCommand } from "./admin/signing-key";

await runMain(
  defineCommand({
    meta: { name: "bun run admin", description: "What an operator does to a database of this server." },
    subCommands: {
      account: accountCommand,
      "age-band": ageBandCommand,
      "client-version": clientVersionCommand,
      "guardian-consent": guardianConsentCommand,
      keys: keysCommand,
      maintenance: maintenanceCommand,
      "signing-key": signingKeyCommand,
    },
  }),
);
