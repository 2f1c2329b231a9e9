import { isCancel, note, select } from "@clack/prompts";
import { AccountError, type OAuthManager, type PlayerSummary } from "../../src/index.ts";

/** Does `work`, and asks the player who goes on when an account is another player's. @throws AccountError */
export async function settle(oauth: OAuthManager, work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    const conflict = error instanceof AccountError ? error.conflict : undefined;
    if (!conflict) throw error;
    note(table(conflict.mine, conflict.theirs), "Another player has this account");
    const keep = await select<"mine" | "theirs" | "neither">({
      message: "Who goes on? The other's ways in and the better progress come along.",
      options: [
        { value: "mine", label: conflict.mine.name, hint: "who plays here now" },
        { value: "theirs", label: conflict.theirs.name, hint: "whose the account is" },
        { value: "neither", label: "Leave both as they are" },
      ],
    });
    if (isCancel(keep) || keep === "neither") return "Nothing changed";
    const { name, stars, providers } = await oauth.resolveConflict(conflict, keep);
    return `You are ${name}, with ${stars} stars, by ${providers.join(", ")}`;
  }
}

function table(...players: PlayerSummary[]): string {
  const rows: [string, (player: PlayerSummary) => string][] = [
    ["", ({ name }) => name],
    ["Level", ({ level }) => String(level)],
    ["Stars", ({ stars }) => String(stars)],
    ["Guest", ({ guest }) => (guest ? "yes" : "no")],
    ["Since", ({ createdAt }) => createdAt.toLocaleDateString()],
    ["Played", ({ lastLogin }) => lastLogin.toLocaleDateString()],
  ];
  return rows
    .map(([title, cell]) =>
      [title.padEnd(8), ...players.map((player) => cell(player).padEnd(22))].join("").trimEnd(),
    )
    .join("\n");
}
