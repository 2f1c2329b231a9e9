import { defineCommand } from "citty";
import { ban } from "../../src/bans/ban";
import { unban } from "../../src/bans/unban";
import { describePlayer } from "../../src/studio/describe-player";
import { json, momentOf, player, playerId, reason, requireYes, yes } from "./arguments";
import { COMMAND } from "./command";
import { minute, print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

export const banCommand = defineCommand({
  meta: {
    name: "ban",
    description: "Ban a player with every account that they sign in with, or change their ban.",
  },
  args: {
    player,
    reason: { type: "string", required: true, description: "Why; the player is told." },
    until: {
      type: "string",
      description: "When the ban ends by itself: 2026-12-24T18:00:00Z, 12h, 7d, 2w. Without it: never.",
    },
    yes,
    json,
  },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const id = await playerId(stores, args.player);
      const until = args.until === undefined ? null : momentOf(args.until, new Date());
      const { player: found } = await describePlayer(stores, id);
      const how = until === null ? "for good" : `until ${minute(until.toISOString())} UTC`;
      await requireYes(args.yes, `Ban ${found.name} (${id}) ${how}?`);
      const change = await ban(studio, id, { reason: args.reason, until }, operator());
      if (args.json) return printJson({ id, change, until: until?.toISOString() ?? null });
      print(`${found.name} is banned ${how}. To take it back: ${COMMAND} undo ${change}`);
    }),
});

export const unbanCommand = defineCommand({
  meta: { name: "unban", description: "End a player's ban." },
  args: { player, reason, json },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const id = await playerId(stores, args.player);
      const change = await unban(studio, id, operator(args.reason));
      if (args.json) return printJson({ id, change });
      print(
        change === null
          ? `Player ${id} is not banned.`
          : `Player ${id} may play again. To take it back: ${COMMAND} undo ${change}`,
      );
    }),
});
