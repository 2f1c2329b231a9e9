import { defineCommand } from "citty";
import { setRoles } from "../../src/roles/set-roles";
import { json, player, playerId, reason } from "./arguments";
import { COMMAND } from "./command";
import { print, printJson } from "./output";
import { operator, withStores } from "./with-stores";

const set = defineCommand({
  meta: { name: "set", description: "Say what a player is, instead of what they were." },
  args: {
    player,
    roles: {
      type: "positional",
      required: true,
      description: "player, moderator, admin, or those of roles.names, several with commas.",
    },
    reason,
    json,
  },
  run: ({ args }) =>
    withStores(async (stores, { studio }) => {
      const id = await playerId(stores, args.player);
      const change = await setRoles(studio, id, args.roles.split(",").filter(Boolean), operator(args.reason));
      const roles = (await stores.users.find(id))?.roles.split(",") ?? [];
      if (args.json) return printJson({ id, roles, change });
      const undo = change === null ? "" : ` To take it back: ${COMMAND} undo ${change}`;
      print(`Player ${id} is ${roles.join(", ")}.${undo}`);
    }),
});

export const rolesCommand = defineCommand({
  meta: { name: "roles", description: "What players are: player, moderator, admin." },
  subCommands: { set },
});
