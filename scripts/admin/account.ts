import { defineCommand } from "citty";
import { systemClock } from "../../src/clock";
import { handOutAccount } from "../../src/leaving/hand-out";
import { markLeaving } from "../../src/leaving/leave";
import { takeLeavingBack } from "../../src/leaving/restore";
import { json, nobody, player, playerId } from "./arguments";
import { printJson } from "./output";
import { operator, Refusal, withStores } from "./with-stores";

const reason = { type: "string", description: "Why; the player sees it." } as const;

const exportOne = defineCommand({
  meta: {
    name: "export",
    description: "Print everything that is kept of a player, as JSON: for one who cannot ask themselves.",
  },
  args: { player, reason: { type: "string", description: "Why, for the audit." } },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const userId = await playerId(stores, args.player);
      const exported = await handOutAccount(studio, userId, operator(args.reason));
      if (!exported) throw nobody(userId);
      printJson(exported);
    }),
});

const deleteOne = defineCommand({
  meta: {
    name: "delete",
    description:
      "Delete a player: they are signed out at once, and nothing personal of them is kept when the time to come back is over.",
  },
  args: { player, reason, json },
  run: ({ args }) =>
    withStores(async (stores, { config: { leaving }, studio: { transact } }) => {
      const userId = await playerId(stores, args.player);
      const by = operator(args.reason);
      const { deletesAt } = await transact(async (stores) => {
        const user = await stores.users.find(userId);
        if (!user || user.merged_into !== null || user.name === "") throw nobody(userId);
        return markLeaving(stores, systemClock, userId, null, leaving.graceSeconds, by);
      });
      if (args.json) return console.log(JSON.stringify({ id: userId, deletes_at: deletesAt.toISOString() }));
      console.log(`Player ${userId} is deleted on ${deletesAt.toISOString()}, unless they sign in before.`);
    }),
});

const restoreOne = defineCommand({
  meta: { name: "restore", description: "Take the deletion of a player back, while there is time." },
  args: { player, reason, json },
  run: ({ args }) =>
    withStores(async (stores, { studio: { transact } }) => {
      const userId = await playerId(stores, args.player);
      const by = operator(args.reason);
      const isRestored = await transact((stores) => takeLeavingBack(stores, systemClock, userId, by));
      if (!isRestored) throw new Refusal(`No player with the id ${userId} is being deleted.`);
      console.log(args.json ? JSON.stringify({ id: userId }) : `Player ${userId} stays.`);
    }),
});

export const accountCommand = defineCommand({
  meta: { name: "account", description: "What is kept of a player: to hand out, and to delete." },
  subCommands: { export: exportOne, delete: deleteOne, restore: restoreOne },
});
