import type { RenameReason } from "../adoption/names";
import { keptPicture } from "../adoption/pictures";
import type { HashIdentity } from "../bans/identity-hashes";
import { identityKey } from "../identity/provider";
import type { Stores } from "../stores";
import type { NamePolicy } from "../users/name-policy";
import type { Username } from "../users/username";
import { assignNames } from "./assign-names";
import type { Known } from "./known";
import type { FileIdentity, FilePlayer, RefusalReason } from "./player";

/** A player of a file, whose identities are well-formed. */
export type PlacedPlayer = { at: string; player: FilePlayer };

/** A player who is to be made. */
export type NewPlayer = PlacedPlayer & {
  /** Those of later records of the file that are the same player's included. */
  identities: FileIdentity[];
  picture: string | null;
  username: Username;
  renamed: RenameReason | null;
  /** To be kept; null for the next that there is. */
  id: number | null;
};

/** What is to become of a batch of records. */
export type BatchPlan = {
  newPlayers: NewPlayer[];
  /** Records of players who are here, or before in the file. */
  here: number;
  /** Ways in that players who are here get. */
  links: { userId: number; identity: FileIdentity }[];
  refused: { at: string; reason: RefusalReason }[];
};

export type PlanDeps = {
  known: Known;
  bans: Stores["bans"];
  hash: HashIdentity;
  policy: NamePolicy;
  keepIds: boolean;
};

type Draft = Omit<NewPlayer, "username" | "renamed">;

/** Looks who of a batch is here already, who is new and what they are called. Writes nothing. */
export async function planBatch(deps: PlanDeps, batch: PlacedPlayer[]): Promise<BatchPlan> {
  const { known, keepIds } = deps;
  const asked = batch.flatMap(({ player }) => player.identities);
  const owners = new Map<string, number | Draft>(await known.ownersOf(asked));
  const banned = await bannedAmong(deps, asked);
  const ids = keepIds ? batch.flatMap(({ player: { id } }) => (id === null ? [] : [id])) : [];
  const takenIds = await known.idsTaken(ids);
  const plan: Omit<BatchPlan, "newPlayers"> = { here: 0, links: [], refused: [] };
  const drafts: Draft[] = [];

  for (const { at, player } of batch) {
    const refuse = (reason: RefusalReason) => void plan.refused.push({ at, reason });
    const missing = player.identities.filter((identity) => !owners.has(identityKey(identity)));
    const found = new Set(player.identities.flatMap((identity) => owners.get(identityKey(identity)) ?? []));
    const [owner] = found;
    const id = keepIds ? player.id : null;
    if (found.size > 1) refuse("two_players");
    else if (missing.some((identity) => banned.has(identityKey(identity)))) refuse("banned");
    else if (owner !== undefined) {
      plan.here += 1;
      for (const identity of missing) {
        owners.set(identityKey(identity), owner);
        if (typeof owner === "number") plan.links.push({ userId: owner, identity });
        else owner.identities.push(identity);
      }
    } else if (id !== null && takenIds.has(id)) refuse("id_taken");
    else {
      const draft = { at, player, identities: [...missing], picture: keptPicture(player.picture), id };
      if (id !== null) takenIds.add(id);
      for (const identity of missing) owners.set(identityKey(identity), draft);
      drafts.push(draft);
    }
  }
  return { ...plan, newPlayers: await named(deps, drafts) };
}

async function named({ known, policy }: PlanDeps, drafts: Draft[]): Promise<NewPlayer[]> {
  const nameless = drafts.map(({ player, identities: [first] }) => ({
    name: player.name,
    seed: first ? identityKey(first) : "",
  }));
  const names = await assignNames(nameless, policy, known.namesTaken);
  return drafts.flatMap((draft, n) => {
    const name = names[n];
    return name ? [{ ...draft, username: name.username, renamed: name.reason }] : [];
  });
}

/** Keys of identities that are banned here, whose player has left. */
async function bannedAmong({ bans, hash }: PlanDeps, identities: FileIdentity[]): Promise<Set<string>> {
  const hashes = identities.map((identity) => hash(identity));
  const banned = new Set((await bans.bannedAmong(hashes.flat())).map((found) => found.toString("base64")));
  if (banned.size === 0) return new Set();
  return new Set(
    identities
      .filter((_, n) => hashes[n]?.some((each) => banned.has(each.toString("base64"))))
      .map(identityKey),
  );
}
