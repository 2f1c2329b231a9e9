import { defineCommand } from "citty";
import { addNote } from "../../src/notes/add-note";
import { json, player, playerId } from "./arguments";
import { COMMAND } from "./command";
import { print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

export const noteCommand = defineCommand({
  meta: { name: "note", description: "Write something down about a player, for the studio alone." },
  args: {
    player,
    text: { type: "positional", required: true, description: "Up to 2000 characters." },
    json,
  },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const id = await playerId(stores, args.player);
      const change = await addNote(studio, id, args.text, operator());
      if (args.json) return printJson({ id, change });
      print(`Noted. To take it back: ${COMMAND} undo ${change}`);
    }),
});
