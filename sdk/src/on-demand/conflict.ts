import type { IdentityConflict } from "../identity-conflict.ts";
import type { UserInfo } from "../user.ts";
import { goOnWith } from "./go-on-with.ts";
import type { Host } from "./host.ts";

/**
 * When the answer was lost, the access token may be one of a player who is no more: it is refused, the refresh gives
 * the kept player, and the server answers the same once more.
 */
export async function resolveConflict(
  host: Host,
  { ticket }: Pick<IdentityConflict, "ticket">,
  keep: "mine" | "theirs",
): Promise<UserInfo> {
  const answer = await host.request("POST", "/api/identities/resolve", { ticket, keep });
  // The link that led here has its end.
  host.signInFlow.cancel();
  return goOnWith(host, answer);
}
