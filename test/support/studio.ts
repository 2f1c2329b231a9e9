import { ban } from "../../src/bans/ban";
import { createIdentityHashes } from "../../src/bans/identity-hashes";
import { unban } from "../../src/bans/unban";
import { addNote } from "../../src/notes/add-note";
import { setRoles } from "../../src/roles/set-roles";
import { loadKeyRing } from "../../src/session/keys";
import { createStores, createTransact } from "../../src/stores";
import { describePlayer } from "../../src/studio/describe-player";
import { endSessions } from "../../src/studio/end-sessions";
import { findPlayers } from "../../src/studio/find-players";
import { mergePlayers } from "../../src/studio/merge-players";
import { renamePlayer } from "../../src/studio/rename-player";
import type { StudioDeps } from "../../src/studio/studio-deps";
import { undoChange } from "../../src/studio/undo-change";
import { createNamePolicy } from "../../src/users/name-policy";
import type { TestServer } from "./server";

/** Who does it in tests. */
export const OPERATOR = { actor: { kind: "operator", id: "ops" } } as const;

/** What the studio's people do to players, over a server's own database and secrets. */
export async function studioAt({ config, database, clock }: TestServer) {
  const stores = createStores(database, clock, config);
  const keyRing = await loadKeyRing(config.security, config.dataDir);
  const deps: StudioDeps = {
    transact: createTransact(database, clock, config),
    clock,
    identityHashes: createIdentityHashes({ bans: stores.bans, keyRing, clock }),
    namePolicy: createNamePolicy(config.names),
    roles: config.roles,
    statRules: config.game.stats,
  };
  return {
    deps,
    stores,
    ban: (id: number, { reason = "Cheating", until = null }: { reason?: string; until?: Date | null } = {}) =>
      ban(deps, id, { reason, until }, OPERATOR),
    unban: (id: number) => unban(deps, id, OPERATOR),
    rename: (id: number, name: string) => renamePlayer(deps, id, name, OPERATOR),
    endSessions: (id: number) => endSessions(deps, id, OPERATOR),
    merge: (kept: number, givenUp: number) => mergePlayers(deps, kept, givenUp, OPERATOR),
    undo: (changeId: string) => undoChange(deps, changeId, OPERATOR),
    note: (id: number, text: string) => addNote(deps, id, text, OPERATOR),
    setRoles: (id: number, roles: string[]) => setRoles(deps, id, roles, OPERATOR),
    find: (query: string, page: { after?: string | null; limit?: number } = {}) =>
      findPlayers(stores, query, page),
    describe: (id: number) => describePlayer(stores, id),
  };
}

export type Studio = Awaited<ReturnType<typeof studioAt>>;
