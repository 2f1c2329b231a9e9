import type { IdentityTold } from "../identity/store";
import type { Stats } from "../progress/stats";
import { GUEST } from "../users/model";
import type { ExportedUser } from "../users/store";
import type { OWN_COLUMNS } from "./formats/own";
import { escapeFormula } from "./formula";
import { identityText } from "./identity-text";

/** All that an export has of a player. */
export type ExportedPlayer = ExportedUser & { stats: Stats; identities: IdentityTold[] };

/** As JSON. A guest's way in has no subject, which is a hash of the key. */
export function jsonOf(player: ExportedPlayer) {
  const { is_banned, banned_until, ban_reason, email, ...user } = player;
  return {
    ...user,
    email: email || null,
    banned: is_banned ? { until: banned_until, reason: ban_reason } : null,
  };
}

/** As a line of CSV, in the order of {@link OWN_COLUMNS}; no cell is a formula to a spreadsheet. */
export function cellsOf(player: ExportedPlayer): string[] {
  const cells: Record<(typeof OWN_COLUMNS)[number], string> = {
    id: String(player.id),
    name: player.name,
    email: player.email ?? "",
    email_verified: String(player.email_verified),
    identities: player.identities.map(wayIn).join(" "),
    picture: player.picture ?? "",
    stars: String(player.stars),
    level: String(player.level),
    stats: Object.keys(player.stats).length > 0 ? JSON.stringify(player.stats) : "",
    roles: player.roles.join(" "),
    banned: String(player.is_banned),
    banned_until: (player.is_banned && player.banned_until?.toISOString()) || "",
    ban_reason: (player.is_banned && player.ban_reason) || "",
    created_at: player.created_at.toISOString(),
    last_login: player.last_login.toISOString(),
  };
  return Object.values(cells).map(escapeFormula);
}

function wayIn({ provider, subject }: IdentityTold): string {
  return provider === GUEST || subject === null ? GUEST : identityText({ provider, subject });
}
