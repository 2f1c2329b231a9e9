import { defineCommand } from "citty";
import { systemClock } from "../../src/clock";
import { loadKeyRing } from "../../src/session/keys";
import { createSigningKeys } from "../../src/signing-keys/signing-keys";
import { withStores } from "./with-stores";

const rotate = defineCommand({
  meta: {
    name: "rotate",
    description:
      "Sign id tokens with another key from now on, within a minute on every server. The public half of the one before stays published until its last token has expired.",
  },
  args: { json: { type: "boolean", description: "Print JSON.", default: false } },
  run: ({ args }) =>
    withStores(async ({ signingKeys }, { security, dataDir }) => {
      const keyRing = await loadKeyRing(security, dataDir);
      const keys = createSigningKeys(
        { signingKeys, keyRing, clock: systemClock, onWarning: (line) => console.error(line) },
        security.accessTokenExpirySeconds,
      );
      const { id } = await keys.rotate();
      console.log(args.json ? JSON.stringify({ kid: id }) : `Id tokens are signed with ${id} from now on.`);
    }),
});

export const signingKeyCommand = defineCommand({
  meta: { name: "signing-key", description: "The key pair that id tokens are signed with." },
  subCommands: { rotate },
});
