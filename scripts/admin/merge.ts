import { defineCommand } from "citty";
import { describePlayer } from "../../src/studio/describe-player";
import { mergePlayers } from "../../src/studio/merge-players";
import { json, playerId, player as positional, reason, requireYes, yes } from "./arguments";
import { COMMAND } from "./command";
import { print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

export const mergeCommand = defineCommand({
  meta: { name: "merge", description: "Make one player of two (docs/merging.md)." },
  args: {
    kept: { ...positional, description: "Who goes on." },
    givenUp: { ...positional, description: "Who is merged into them." },
    reason,
    yes,
    json,
  },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const kept = await playerId(stores, args.kept);
      const givenUp = await playerId(stores, args.givenUp);
      const [{ player: one }, { player: other }] = [
        await describePlayer(stores, kept),
        await describePlayer(stores, givenUp),
      ];
      await requireYes(args.yes, `Keep ${one.name} (${kept}) and give ${other.name} (${givenUp}) up?`);
      const change = await mergePlayers(studio, kept, givenUp, operator(args.reason));
      if (args.json) return printJson({ kept, given_up: givenUp, change });
      print(`Player ${givenUp} is player ${kept} now. To take it back: ${COMMAND} undo ${change}`);
    }),
});
