import { defineCommand } from "citty";
import { setAgeBand, setGuardianConsent } from "../../src/age/set-age-band";
import type { By } from "../../src/audit/event";
import { systemClock } from "../../src/clock";
import type { Stores } from "../../src/stores";
import { AGE_BANDS, type AgeBand } from "../../src/users/model";
import type { UserRow } from "../../src/users/store";
import { json, nobody, player, playerId } from "./arguments";
import { printJson } from "./output";
import { operator, Refusal, withStores } from "./with-stores";

const GUARDIAN = /^[^\p{Cc}]{1,200}$/u;
const reason = { type: "string", description: "Why, for the audit." } as const;

const set = defineCommand({
  meta: { name: "set", description: "Say how old a player is, whatever they said." },
  args: {
    player,
    band: { type: "positional", required: true, description: AGE_BANDS.join(", ") },
    reason,
    json,
  },
  run: ({ args }) =>
    change(args, (stores, userId, by) => {
      if (!isAgeBand(args.band)) throw new Refusal(`An age band is ${AGE_BANDS.join(", ")}.`);
      return setAgeBand(stores, systemClock, userId, args.band, by);
    }),
});

const give = defineCommand({
  meta: { name: "give", description: "Record that a guardian of a player's consents, now." },
  args: {
    player,
    guardian: {
      type: "string",
      required: true,
      description: "Who, as you know them. Players see it in their export; it goes with the player.",
    },
    reason,
    json,
  },
  run: ({ args }) =>
    change(args, (stores, userId, by) => {
      if (!GUARDIAN.test(args.guardian)) throw new Refusal("A guardian has 1 to 200 characters.");
      return setGuardianConsent(stores, systemClock, userId, args.guardian, by);
    }),
});

const withdraw = defineCommand({
  meta: { name: "withdraw", description: "Record that they consent no longer." },
  args: { player, reason, json },
  run: ({ args }) =>
    change(args, (stores, userId, by) => setGuardianConsent(stores, systemClock, userId, null, by)),
});

export const ageBandCommand = defineCommand({
  meta: { name: "age-band", description: "How old players are." },
  subCommands: { set },
});

export const guardianConsentCommand = defineCommand({
  meta: { name: "guardian-consent", description: "Whether a guardian of a player's consents." },
  subCommands: { give, withdraw },
});

function change(
  args: { player: string; reason?: string | undefined; json: boolean },
  work: (stores: Stores, userId: number, by: By) => Promise<UserRow>,
): Promise<void> {
  return withStores(async (stores, { studio: { transact } }) => {
    const userId = await playerId(stores, args.player);
    const changed = await transact(async (stores) => {
      if (!(await stores.users.find(userId))) throw nobody(userId);
      return work(stores, userId, operator(args.reason));
    });
    print(args.json, changed);
  });
}

function isAgeBand(text: string): text is AgeBand {
  return (AGE_BANDS as readonly string[]).includes(text);
}

function print(asJson: boolean, { id, age_band, guardian_consent_at }: UserRow): void {
  const consentAt = guardian_consent_at?.toISOString() ?? null;
  const consented = consentAt === null ? "no guardian has consented" : `a guardian consented on ${consentAt}`;
  const told = { id, age_band, guardian_consent_at: consentAt };
  if (asJson) printJson(told);
  else console.log(`Player ${id}: ${age_band ?? "no age band"}, ${consented}.`);
}
