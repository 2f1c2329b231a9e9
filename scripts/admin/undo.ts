import { defineCommand } from "citty";
import { undoChange } from "../../src/studio/undo-change";
import { json, reason, uuidOf } from "./arguments";
import { print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

export const undoCommand = defineCommand({
  meta: { name: "undo", description: "Take a change to a player back, within 30 days." },
  args: {
    change: { type: "positional", required: true, description: "The change's id, as `show` has it." },
    reason,
    json,
  },
  run: ({ args }) =>
    withStores(async (_, { studio }) => {
      const { id, kind, userId, undoneAt } = await undoChange(
        studio,
        uuidOf(args.change),
        operator(args.reason),
      );
      if (args.json) return printJson({ id: userId, change: id, kind, undone: undoneAt === null });
      print(
        undoneAt === null
          ? `The ${kind.replaceAll("_", " ")} of player ${userId} is taken back.`
          : "It was taken back before.",
      );
    }),
});
