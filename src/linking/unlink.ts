import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Providers } from "../identity/providers";
import type { Log } from "../log/log";
import type { Player } from "../session/guard";
import type { Transact } from "../stores";
import { GUEST } from "../users/model";
import { record } from "./record";

export type UnlinkDeps = { transact: Transact; clock: Timepiece; log: Log; providers: Providers };

/**
 * Takes a way in from a player, with every account that they have there. Signed-in devices stay so.
 * @throws {ApiError} not_found when they have none of this provider; last_identity when they have no other
 * that they could sign in with here
 */
export async function unlink(
  { transact, clock, log, providers }: UnlinkDeps,
  { user, sessionId }: Player,
  provider: string,
  context: RequestContext,
): Promise<void> {
  await transact(async (stores) => {
    const { identities, users } = stores;
    await users.lock(user.id);
    const rows = await identities.unlink(user.id, provider);
    if (rows.length === 0) throw new ApiError("not_found");
    const left = await identities.list(user.id);
    if (!left.some(({ provider: other }) => other === GUEST || isThere(providers, other)))
      throw new ApiError("last_identity");
    await record(
      stores,
      clock,
      user.id,
      { kind: "unlink", identities: rows },
      {
        actor: { kind: "player", id: user.id },
        requestId: context.requestId,
      },
    );
    await users.syncWithIdentities(user.id);
  });
  log.event("identity_unlinked", { userId: user.id, sessionId, provider, ...context });
}

/** Another system's id of a player who was imported is an identity, and no way in. */
function isThere(providers: Providers, id: string): boolean {
  return providers.list().some((provider) => provider.id === id);
}
