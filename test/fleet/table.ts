import { type Phase, total } from "./traffic";

/** What a run of the fleet came to. */
export type Outcome = {
  seed: number;
  players: number;
  phases: Phase[];
  /** Writes that were acknowledged and are there. */
  kept: number;
  lost: string[];
  signedOut: number;
  problems: Map<string, number>;
};

/** Whether nothing was lost, nobody signed out, and nobody answered what they should not be. */
export function isGreen({ phases, lost, signedOut }: Outcome): boolean {
  return lost.length === 0 && signedOut === 0 && total(phases).errors === 0;
}

const HEAD = [
  "meanwhile",
  "seconds",
  "requests",
  "asked again",
  "errors",
  "longest silence",
  "without a write",
  "longest wait",
];

/** The run as a table in Markdown, and what it came to in words. */
export function outcomeTable(outcome: Outcome): string {
  const { seed, players, phases, kept, lost, signedOut } = outcome;
  const rows = [...phases, total(phases)].map((phase) => [
    phase.name,
    phase.seconds.toFixed(0),
    String(phase.requests),
    String(phase.askedAgain),
    String(phase.errors),
    `${phase.silence.toFixed(1)} s`,
    `${phase.writeSilence.toFixed(1)} s`,
    `${phase.longestWait.toFixed(1)} s`,
  ]);
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(HEAD),
    line(HEAD.map((_, index) => (index === 0 ? "---" : "---:"))),
    ...rows.map(line),
    "",
    `Seed ${seed}, ${players} players. Acknowledged writes: ${kept + lost.length}, lost: ${lost.length}. Players signed out: ${signedOut}.`,
  ].join("\n");
}

/** What went wrong, for whoever has to find out why; a kind of problem is one line. */
export function problemLines({ problems, lost }: Outcome): string[] {
  const most = 20;
  const told = [...problems].map(([what, count]) => `${count} × ${what}`);
  const lostOnes = lost.slice(0, most).map((what) => `lost: ${what}`);
  return [...told, ...lostOnes, ...(lost.length > most ? [`and ${lost.length - most} more`] : [])];
}
