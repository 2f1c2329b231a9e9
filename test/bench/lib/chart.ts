import { OPERATIONS, type Operation } from "../client/dialects";
import { CONTESTANTS, type ContestantName } from "../contestants/contestants";
import type { Rates } from "../measures/rates";

const COLOURS: Record<ContestantName, string> = {
  bound: "#b8bec9",
  server: "#2f6fed",
  "better-auth": "#e08a3c",
  prisma: "#7a6fb0",
};
const WIDTH = 760;
const LEFT = 240;
const RIGHT = 70;
const BAR = 13;
const GAP = 18;
const TOP = 76;

/** Each operation's requests/s as a share of the bound's. */
export function chart(rates: Rates): string {
  const shown = (Object.keys(OPERATIONS) as Operation[]).filter((operation) => rates[operation]?.bound);
  let y = TOP;
  const parts: string[] = [];
  for (const operation of shown) {
    const bound = rates[operation].bound?.perSecond ?? 1;
    const bars = (Object.keys(COLOURS) as ContestantName[]).flatMap((name) => {
      const row = rates[operation][name];
      return row ? [{ name, share: row.perSecond / bound }] : [];
    });
    parts.push(text(LEFT - 12, y + (bars.length * BAR) / 2 + 4, OPERATIONS[operation], "end", "label"));
    for (const { name, share } of bars) {
      const width = Math.max(1, Math.min(share, 1.1) * (WIDTH - LEFT - RIGHT));
      parts.push(
        `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 2}" rx="2" fill="${COLOURS[name]}"/>`,
      );
      parts.push(text(LEFT + width + 6, y + BAR - 4, `${Math.round(share * 100)} %`, "start", "value"));
      y += BAR;
    }
    y += GAP;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" font-family="system-ui, sans-serif">`,
    "<style>.title{font-size:16px;font-weight:600}.label{font-size:12px}.value{font-size:10px}text{fill:#1c2330}" +
      "@media (prefers-color-scheme:dark){text{fill:#e6e9ef}}</style>",
    text(20, 28, "Requests per second, as a share of a hand-written server's", "start", "title"),
    ...legend(),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function legend(): string[] {
  return (Object.keys(COLOURS) as ContestantName[]).flatMap((name, index) => {
    const x = 20 + index * 130;
    return [
      `<rect x="${x}" y="44" width="11" height="11" rx="2" fill="${COLOURS[name]}"/>`,
      text(x + 17, 54, CONTESTANTS[name], "start", "label"),
    ];
  });
}

function text(x: number, y: number, content: string, anchor: string, kind: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" class="${kind}">${content}</text>`;
}
