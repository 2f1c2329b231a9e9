import { defineCommand } from "citty";
import { renamePlayer } from "../../src/studio/rename-player";
import { json, player, playerId, reason } from "./arguments";
import { COMMAND } from "./command";
import { print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

export const renameCommand = defineCommand({
  meta: { name: "rename", description: "Give a player another name." },
  args: { player, name: { type: "positional", required: true, description: "The new name." }, reason, json },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const id = await playerId(stores, args.player);
      const { changeId: change, name } = await renamePlayer(studio, id, args.name, operator(args.reason));
      if (args.json) return printJson({ id, name, change });
      print(
        change === null
          ? `Player ${id} is called ${name} already.`
          : `Player ${id} is called ${name}. To take it back: ${COMMAND} undo ${change}`,
      );
    }),
});
