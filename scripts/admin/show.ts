import { defineCommand } from "citty";
import { type DescribedPlayer, describePlayer } from "../../src/studio/describe-player";
import { json, player, playerId } from "./arguments";
import { minute, print, printJson, printSection, transition } from "./output";
import { withStores } from "./with-stores";

export const showCommand = defineCommand({
  meta: { name: "show", description: "Show everything that is known of a player." },
  args: { player, json },
  run: ({ args }) =>
    withStores(async (stores) => {
      const described = await describePlayer(stores, await playerId(stores, args.player));
      if (args.json) return printJson(described);
      printPage(described);
    }),
});

function printPage(described: DescribedPlayer): void {
  const { player, identities, sessions, notes, changes, events, merged } = described;
  print(`${player.name}, player ${player.id}`);
  if (player.merged_into !== null) print(`Merged into player ${player.merged_into}.`);
  if (player.ban)
    print(
      `Banned ${player.ban.until === null ? "for good" : `until ${minute(player.ban.until)}`}: ${player.ban.reason ?? "no reason"}`,
    );
  print(
    `Level ${player.level}, ${player.stars} stars; ${player.roles.join(", ")}; ${player.email || "no email"}`,
  );
  print(`Here since ${minute(player.created_at)}, last sign-in ${minute(player.last_login)} (UTC)`);
  if (merged.length > 0)
    print(
      `Was also ${merged.map(({ id, name }) => (name === "" ? String(id) : `${id} (${name})`)).join(", ")}`,
    );
  printSection(
    "Ways in",
    identities.map(({ provider, subject, name, email, last_used_at }) => ({
      provider,
      subject,
      name,
      email,
      "last used": minute(last_used_at),
    })),
  );
  printSection(
    "Devices",
    sessions.map(({ id, device, ip, created_at, last_used_at }) => ({
      device: device ?? "unnamed",
      ip,
      "signed in": minute(created_at),
      "last used": minute(last_used_at),
      id,
    })),
  );
  printSection(
    "Notes",
    notes.map(({ created_at, by, text }) => ({ when: minute(created_at), by: who(by), note: text })),
  );
  printSection(
    "What can be taken back",
    changes
      .filter(({ undone_at }) => undone_at === null)
      .map(({ id, kind, before, after, undo_until }) => ({
        kind,
        what: transition(before as null, after as null),
        until: minute(undo_until),
        change: id,
      })),
  );
  printSection(
    "History",
    events.map(({ created_at, action, by, before, after, reason }) => ({
      when: minute(created_at),
      action,
      by: who(by),
      what: transition(before, after),
      reason,
    })),
  );
}

/** `operator ada`, `player 7`. */
export function who({ kind, id }: { kind: string; id: string | null }): string {
  return id === null ? kind : `${kind} ${id}`;
}
