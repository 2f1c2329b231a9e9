import { defineCommand } from "citty";
import { systemClock } from "../../src/clock";
import { rotateSigningKey } from "../../src/signing-keys/rotate-signing-key";
import { json } from "./arguments";
import { operator, withStores } from "./with-stores";

const rotate = defineCommand({
  meta: {
    name: "rotate",
    description:
      "Sign id tokens with another key from now on, within a minute on every server. The public half of the one before stays published until its last token has expired.",
  },
  args: { json },
  run: ({ args }) =>
    withStores(async (_, { studio, keyRing, config }) => {
      const id = await rotateSigningKey(
        {
          transact: studio.transact,
          keyRing,
          clock: systemClock,
          onWarning: (line) => console.error(line),
          tokenLifetimeSeconds: config.security.accessTokenExpirySeconds,
        },
        operator(),
      );
      console.log(args.json ? JSON.stringify({ kid: id }) : `Id tokens are signed with ${id} from now on.`);
    }),
});

export const signingKeyCommand = defineCommand({
  meta: { name: "signing-key", description: "The key pair that id tokens are signed with." },
  subCommands: { rotate },
});
