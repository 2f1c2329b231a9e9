import { defineCommand, runMain } from "citty";
import { keysCommand } from "./admin/keys";
import { signingKeyCommand } from "./admin/signing-key";
import { webhooksCommand } from "./admin/webhooks";

await runMain(
  defineCommand({
    meta: { name: "bun run admin", description: "What an operator does to a database of this server." },
    subCommands: { keys: keysCommand, "signing-key": signingKeyCommand, webhooks: webhooksCommand },
  }),
);
