import { defineCommand } from "citty";
import { AUDIT_ACTIONS, type AuditAction } from "../../src/audit/event";
import { eventShown } from "../../src/studio/describe-player";
import { json, numberOf, playerId, uuidOf } from "./arguments";
import { minute, print, printJson, printTable, transition } from "./output";
import { who } from "./show";
import { Refusal, withStores } from "./with-stores";

export const auditCommand = defineCommand({
  meta: { name: "audit", description: "Show what was done, by whom and why, the latest first." },
  args: {
    player: { type: "string", description: "To this player alone." },
    action: {
      type: "string",
      description: `Of this kind, several with commas: ${AUDIT_ACTIONS.join(", ")}.`,
    },
    limit: { type: "string", description: "How many, 1 to 1000.", default: "50" },
    before: { type: "string", description: "Before the event of this id." },
    json,
  },
  run: ({ args }) =>
    withStores(async (stores) => {
      const limit = numberOf(args.limit, 1, 1_000);
      const before = args.before === undefined ? null : uuidOf(args.before);
      const actions = args.action === undefined ? null : args.action.split(",").map(actionOf);
      const rows =
        args.player === undefined
          ? await stores.audit.list(before, actions, limit)
          : await stores.audit.listOfPlayer(await playerId(stores, args.player), before, actions, limit);
      const events = rows.map(eventShown);
      if (args.json) return printJson(events);
      if (events.length === 0) return print("Nothing was done.");
      printTable(
        events.map(({ id, user_id, action, by, before, after, reason, created_at }) => ({
          when: minute(created_at),
          player: user_id,
          action,
          by: who(by),
          what: transition(before, after),
          reason,
          id,
        })),
      );
    }),
});

function actionOf(name: string): AuditAction {
  const action = AUDIT_ACTIONS.find((each) => each === name);
  if (!action) throw new Refusal(`There is no action "${name}"; there is ${AUDIT_ACTIONS.join(", ")}.`);
  return action;
}
