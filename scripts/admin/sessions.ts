import { defineCommand } from "citty";
import { endSessions } from "../../src/studio/end-sessions";
import { json, player, playerId, reason, requireYes, yes } from "./arguments";
import { COMMAND } from "./command";
import { print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

const end = defineCommand({
  meta: { name: "end", description: "Sign a player out on every device, at once." },
  args: { player, reason, yes, json },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const id = await playerId(stores, args.player);
      await requireYes(args.yes, `Sign player ${id} out on every device?`);
      const { changeId: change, ended } = await endSessions(studio, id, operator(args.reason));
      if (args.json) return printJson({ id, ended, change });
      print(
        change === null
          ? `Player ${id} is signed in nowhere.`
          : `Ended: ${ended}. To take it back: ${COMMAND} undo ${change}`,
      );
    }),
});

export const sessionsCommand = defineCommand({
  meta: { name: "sessions", description: "A player's signed-in devices, which `show` lists." },
  subCommands: { end },
});
