import { defineCommand } from "citty";
import { systemClock } from "../../src/clock";
import { setMaintenance } from "../../src/door/set-door";
import type { Maintenance } from "../../src/door/store";
import { json, momentOf } from "./arguments";
import { printJson } from "./output";
import { operator, Refusal, withStores } from "./with-stores";

const MESSAGE = /^[^\p{Cc}]{1,300}$/u;

const on = defineCommand({
  meta: {
    name: "on",
    description:
      "Let none but admins and moderators sign in or refresh, within five seconds and until it is turned off. Nobody is signed out.",
  },
  args: {
    until: {
      type: "string",
      description: "When it is to be over: 2026-12-01T14:00:00Z, or 30m, 2h, 1d from now. Players are told.",
    },
    message: { type: "string", description: "What players are told, up to 300 characters." },
    json,
  },
  run: ({ args }) => set(args.json, { maintenance: true, until: args.until, message: args.message ?? null }),
});

const off = defineCommand({
  meta: { name: "off", description: "Let everybody in again." },
  args: { json },
  run: ({ args }) => set(args.json, { maintenance: false, until: undefined, message: null }),
});

const show = defineCommand({
  meta: { name: "show", description: "Say whether there is a maintenance." },
  args: { json },
  run: ({ args }) =>
    withStores(async ({ door }) => {
      const row = await door.read();
      print(args.json, row ?? { maintenance: false, until: null, message: null });
    }),
});

export const maintenanceCommand = defineCommand({
  meta: { name: "maintenance", description: "Whether players are let in." },
  subCommands: { on, off, show },
});

type Wanted = Omit<Maintenance, "until"> & { until: string | undefined };

function set(asJson: boolean, { maintenance: isOn, until: end, message }: Wanted): Promise<void> {
  return withStores(async (_stores, { studio: { transact } }) => {
    const until = end === undefined ? null : momentOf(end, systemClock.now());
    const maintenance = { maintenance: isOn, until, message };
    if (until && until <= systemClock.now()) throw new Refusal("That time is over.");
    if (message !== null && !MESSAGE.test(message))
      throw new Refusal("A message has 1 to 300 characters, none of them a control character.");
    await transact((stores) => setMaintenance(stores, systemClock, maintenance, operator()));
    print(asJson, maintenance);
  });
}

function print(asJson: boolean, maintenance: Maintenance): void {
  const told = toTell(maintenance);
  if (asJson) printJson(told);
  else console.log(sentences(told));
}

function sentences({ maintenance, until, message }: ReturnType<typeof toTell>): string {
  if (!maintenance) return "Players are let in.";
  const told = message === null ? "" : `\nPlayers are told: ${message}`;
  return `Maintenance${until ? ` until ${until}` : ""}: no player signs in or refreshes.${told}`;
}

function toTell({ maintenance, until, message }: Maintenance) {
  return { maintenance, until: until?.toISOString() ?? null, message };
}
