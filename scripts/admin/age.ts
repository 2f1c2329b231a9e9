import { defineCommand } from "citty";
import { setAgeBand, setGuardianConsent } from "../../src/age/set-age-band";
import { systemClock } from "../../src/clock";
import { AGE_BANDS, type AgeBand } from "../../src/users/model";
import type { UserRow } from "../../src/users/store";
import { byOperator } from "./operator";
import { playerId } from "./player-id";
import { Refusal, withStores } from "./with-stores";

const GUARDIAN = /^[^\p{Cc}]{1,200}$/u;
const id = { type: "positional", required: true, description: "The player's id." } as const;
const reason = { type: "string", description: "Why, for the audit." } as const;
const json = { type: "boolean", description: "Print JSON.", default: false } as const;

const set = defineCommand({
  meta: { name: "set", description: "Say how old a player is, whatever they said." },
  args: {
    id,
    band: { type: "positional", required: true, description: AGE_BANDS.join(", ") },
    reason,
    json,
  },
  run: ({ args }) =>
    withStores(async (_stores, _config, transact) => {
      const userId = playerId(args.id);
      if (!isAgeBand(args.band)) throw new Refusal(`An age band is ${AGE_BANDS.join(", ")}.`);
      const band = args.band;
      print(
        args.json,
        await transact((s) => setAgeBand(s, systemClock, userId, band, byOperator(args.reason))),
      );
    }),
});

const give = defineCommand({
  meta: { name: "give", description: "Record that a guardian of a player's consents, now." },
  args: {
    id,
    guardian: {
      type: "string",
      required: true,
      description: "Who, as you know them. Players see it in their export; it goes with the player.",
    },
    reason,
    json,
  },
  run: ({ args }) => {
    if (!GUARDIAN.test(args.guardian)) return refuse("A guardian has 1 to 200 characters.");
    return consent(args, args.guardian);
  },
});

const withdraw = defineCommand({
  meta: { name: "withdraw", description: "Record that they consent no longer." },
  args: { id, reason, json },
  run: ({ args }) => consent(args, null),
});

export const ageBandCommand = defineCommand({
  meta: { name: "age-band", description: "How old players are." },
  subCommands: { set },
});

export const guardianConsentCommand = defineCommand({
  meta: { name: "guardian-consent", description: "Whether a guardian of a player's consents." },
  subCommands: { give, withdraw },
});

function consent(
  args: { id: string; reason?: string; json: boolean },
  guardian: string | null,
): Promise<void> {
  return withStores(async (_stores, _config, transact) => {
    const userId = playerId(args.id);
    const by = byOperator(args.reason);
    print(args.json, await transact((s) => setGuardianConsent(s, systemClock, userId, guardian, by)));
  });
}

function refuse(sentence: string): Promise<void> {
  return withStores(async () => {
    throw new Refusal(sentence);
  });
}

function isAgeBand(text: string): text is AgeBand {
  return (AGE_BANDS as readonly string[]).includes(text);
}

function print(asJson: boolean, { id, age_band, guardian_consent_at }: UserRow): void {
  const consentAt = guardian_consent_at?.toISOString() ?? null;
  const consented = consentAt === null ? "no guardian has consented" : `a guardian consented on ${consentAt}`;
  const told = { id, age_band, guardian_consent_at: consentAt };
  console.log(
    asJson ? JSON.stringify(told, null, 2) : `Player ${id}: ${age_band ?? "no age band"}, ${consented}.`,
  );
}
