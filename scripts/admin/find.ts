import { defineCommand } from "citty";
import { findPlayers } from "../../src/studio/find-players";
import { json, numberOf } from "./arguments";
import { minute, print, printJson, printTable } from "./output";
import { withStores } from "./with-stores";

export const findCommand = defineCommand({
  meta: { name: "find", description: "Find players." },
  args: {
    query: {
      type: "positional",
      required: true,
      description: "An id, an email, provider:subject, or a name or its beginning.",
    },
    limit: { type: "string", description: "How many whose names begin so, 1 to 100.", default: "20" },
    after: { type: "string", description: "Those behind this, which the page before told." },
    json,
  },
  run: ({ args }) =>
    withStores(async (stores) => {
      const page = { after: args.after ?? null, limit: numberOf(args.limit, 1, 100) };
      const found = await findPlayers(stores, args.query, page);
      if (args.json) return printJson(found);
      if (found.players.length === 0) return print("Nobody was found.");
      printTable(
        found.players.map(({ id, name, email, providers, roles, last_login, ban, merged_into }) => ({
          id,
          name,
          email,
          providers,
          roles: roles.filter((role) => role !== "player"),
          "last sign-in": minute(last_login),
          "": standing(ban, merged_into),
        })),
      );
      if (found.next !== null) print(`There are more: --after "${found.next}"`);
    }),
});

function standing(ban: { until: string | null } | null, mergedInto: number | null): string {
  if (mergedInto !== null) return `merged into ${mergedInto}`;
  if (ban === null) return "";
  return ban.until === null ? "banned" : `banned until ${minute(ban.until)}`;
}
