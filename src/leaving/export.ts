import { listPlayerEvents } from "../audit/player-events";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import { listChanges } from "../linking/list-changes";
import type { Stores } from "../stores";
import type { UserRow } from "../users/store";
import { toUser } from "../users/to-user";
import type { AccountExport } from "./model";

const EVENTS_AT_ONCE = 500;

/**
 * Everything that is kept of a player, for themselves: no token, no secret, and no hash of one. Times are ISO 8601, UTC.
 * @throws {ApiError} invalid_token when the player is gone
 */
export async function exportAccount(stores: Stores, clock: Timepiece, user: UserRow): Promise<AccountExport> {
  const { accountChanges, grants, identities, pictures, progress, sessions, users } = stores;
  const more = await users.moreOf(user.id);
  if (!more) throw new ApiError("invalid_token");
  return {
    exported_at: clock.now().toISOString(),
    profile: {
      ...toUser(user),
      email_verified: more.email_verified,
      renamed_at: iso(more.renamed_at),
      terms_accepted_at: iso(more.terms_accepted_at),
      guardian: more.guardian,
      merged_players: more.merged_players,
    },
    stats: (await progress.find([user.id])).get(user.id)?.stats ?? {},
    identities: (await identities.tell(user.id)).map((identity) => ({
      ...identity,
      linked_at: identity.linked_at.toISOString(),
      last_used_at: identity.last_used_at.toISOString(),
    })),
    devices: (await sessions.tell(user.id)).map(({ created_at, rotated_at, revoked_at, ...session }) => ({
      ...session,
      created_at: created_at.toISOString(),
      last_used_at: rotated_at.toISOString(),
      ended_at: iso(revoked_at),
    })),
    consents: (await grants.tellConsents(user.id)).map((consent) => ({
      ...consent,
      granted_at: consent.granted_at.toISOString(),
    })),
    pictures: (await pictures.tell(user.id)).map(({ mediaType, bytes, createdAt }) => ({
      data_url: `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`,
      created_at: createdAt.toISOString(),
    })),
    changes: await listChanges(accountChanges, user.id),
    events: await allEvents(stores, user.id),
  };
}

async function allEvents(stores: Stores, userId: number) {
  const all = [];
  let before: string | null = null;
  do {
    const { events, next } = await listPlayerEvents(stores, userId, before, EVENTS_AT_ONCE);
    all.push(...events);
    before = next;
  } while (before !== null);
  return all;
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
