import { type Html, html } from "../http/html";
import type { Stores } from "../stores";
import { time } from "./layout";

/** Rows that are looked at for a figure, the latest first. */
const LOOKED_AT = 20_000;

/** How it goes: bounded counts, cheap whatever the size of the tables. */
export async function figures({ bans, sessions, users }: Pick<Stores, "bans" | "sessions" | "users">) {
  const [players, opened, banned] = await Promise.all([
    users.count(LOOKED_AT),
    sessions.figures(LOOKED_AT),
    bans.count(LOOKED_AT),
  ]);
  return { players, opened, banned };
}

/** @param now when they were counted */
export function figuresShown(
  { players, opened, banned }: Awaited<ReturnType<typeof figures>>,
  now: Date,
): Html {
  const { lastHour, lastDay, alive, areMore } = opened;
  return html`<dl class="figures">
${figure("Players", players.count, players.isEstimate ? "about " : "")}
${figure("Sign-ins, last hour", lastHour, atLeast(lastHour))}
${figure("Sign-ins, last 24 hours", lastDay, atLeast(lastDay))}
${figure("Signed-in devices", alive, areMore ? "at least " : "")}
${figure("Banned", banned, atLeast(banned))}
</dl>
<p class="faint">At ${time(now)} UTC</p>`;
}

function atLeast(count: number): string {
  return count >= LOOKED_AT ? "at least " : "";
}

function figure(label: string, count: number, prefix: string): Html {
  return html`<div><dt>${label}</dt><dd>${prefix && html`<small>${prefix}</small>`}${count.toLocaleString("en")}</dd></div>`;
}
