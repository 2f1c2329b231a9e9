/** A player as a program sees them; `mergedInto` once they were given up. */
type PlayerState = { stars: number; mergedInto: number | null };
type Device = { player: number; alive: boolean };

type Change =
  | { kind: "link"; identity: string }
  | { kind: "unlink"; identities: string[] }
  | {
      kind: "merge";
      givenUp: number;
      identities: string[];
      before: number;
      after: number;
      ended: number[];
      moved: number | null;
      earlier: number[];
    };

export type Conflict = { identity: string; mine: number; theirs: number };

type Outcome = { status: number; code?: string };

const OK: Outcome = { status: 200 };

/**
 * What links, unlinks, merges and their undoing come to, by the rules of `docs/merging.md`. Players, sessions and
 * changes are numbers in the order of their making; an identity is `provider:name`.
 */
export class LinkingModel {
  readonly players: PlayerState[] = [];
  readonly sessions: Device[] = [];
  readonly changes: { player: number; undone: boolean; change: Change }[] = [];
  private readonly owners = new Map<string, number>();

  /** @returns the session and its player */
  signIn(identity: string): { session: number; player: number } {
    const player = this.owners.get(identity) ?? this.players.push({ stars: 0, mergedInto: null }) - 1;
    this.owners.set(identity, player);
    return { session: this.sessions.push({ player, alive: true }) - 1, player };
  }

  providersOf(player: number): string[] {
    return [...new Set(this.identitiesOf(player).map(providerOf))].sort();
  }

  link(player: number, identity: string): Outcome & { conflict?: Conflict } {
    const owner = this.owners.get(identity);
    if (owner === player) return OK;
    if (owner !== undefined)
      return { status: 409, code: "identity_in_use", conflict: { identity, mine: player, theirs: owner } };
    this.owners.set(identity, player);
    this.note(player, { kind: "link", identity });
    return OK;
  }

  unlink(player: number, provider: string): Outcome {
    const identities = this.identitiesOf(player).filter((identity) => providerOf(identity) === provider);
    if (identities.length === 0) return { status: 404, code: "not_found" };
    if (identities.length === this.identitiesOf(player).length) return { status: 422, code: "last_identity" };
    for (const identity of identities) this.owners.delete(identity);
    this.note(player, { kind: "unlink", identities });
    return { status: 204 };
  }

  resolve(session: number, { identity, mine, theirs }: Conflict, keep: "mine" | "theirs"): Outcome {
    const asking = this.sessions[session]?.player;
    const [kept, givenUp] = keep === "mine" ? [mine, theirs] : [theirs, mine];
    const isDone = this.players[givenUp]?.mergedInto === kept;
    const outdated = { status: 400, code: "authorization_expired" };
    if (asking !== mine && !(isDone && asking === kept)) return outdated;
    if (isDone) return OK;
    const [one, other] = [this.players[mine], this.players[theirs]];
    if (one?.mergedInto !== null || other?.mergedInto !== null) return outdated;
    if (this.owners.get(identity) !== theirs) return outdated;
    this.merge(session, kept, givenUp);
    return OK;
  }

  /** @param index of the change */
  undo(session: number, index: number): Outcome {
    const noted = this.changes[index];
    const asking = this.sessions[session]?.player;
    if (!noted || asking === undefined) return { status: 404, code: "not_found" };
    const { player, change } = noted;
    const isBack = change.kind === "merge" && change.givenUp === asking && noted.undone;
    if (player !== asking && !isBack) return { status: 404, code: "not_found" };
    if (noted.undone) return OK;
    const owners = new Map(this.owners);
    const refused = this.takeBackIdentities(player, change);
    if (refused) {
      this.owners.clear();
      for (const [identity, owner] of owners) this.owners.set(identity, owner);
      return refused;
    }
    if (change.kind === "merge") this.takeBackMerge(player, change);
    noted.undone = true;
    return OK;
  }

  private takeBackIdentities(player: number, change: Change): Outcome | null {
    const conflict = { status: 409, code: "undo_conflict" };
    if (change.kind === "link") {
      if (this.owners.get(change.identity) !== player) return conflict;
      this.owners.delete(change.identity);
    } else {
      const back = change.kind === "merge" ? change.givenUp : player;
      for (const identity of change.identities) {
        const owner = this.owners.get(identity);
        if (owner !== undefined && owner !== player) return conflict;
        this.owners.set(identity, back);
      }
    }
    return this.identitiesOf(player).length === 0 ? { status: 422, code: "last_identity" } : null;
  }

  private takeBackMerge(player: number, change: Extract<Change, { kind: "merge" }>): void {
    const kept = this.players[player] as PlayerState;
    kept.stars = Math.max(0, change.before + kept.stars - change.after);
    (this.players[change.givenUp] as PlayerState).mergedInto = null;
    for (const other of change.earlier) (this.players[other] as PlayerState).mergedInto = change.givenUp;
    for (const id of change.ended) (this.sessions[id] as Device).alive = true;
    const moved = change.moved === null ? undefined : this.sessions[change.moved];
    if (moved?.player === player) moved.player = change.givenUp;
  }

  private merge(session: number, kept: number, givenUp: number): void {
    const [keeps, gives] = [this.players[kept] as PlayerState, this.players[givenUp] as PlayerState];
    const before = keeps.stars;
    keeps.stars = Math.max(keeps.stars, gives.stars);
    const identities = this.identitiesOf(givenUp);
    for (const identity of identities) this.owners.set(identity, kept);
    const ended = this.sessions.flatMap((device, id) =>
      device.player === givenUp && device.alive && id !== session ? [id] : [],
    );
    for (const id of ended) (this.sessions[id] as Device).alive = false;
    const asking = this.sessions[session] as Device;
    const moved = asking.player === givenUp ? session : null;
    asking.player = kept;
    const earlier = this.players.flatMap(({ mergedInto }, id) => (mergedInto === givenUp ? [id] : []));
    for (const id of [givenUp, ...earlier]) (this.players[id] as PlayerState).mergedInto = kept;
    const after = keeps.stars;
    this.note(kept, { kind: "merge", givenUp, identities, before, after, ended, moved, earlier });
  }

  private note(player: number, change: Change): void {
    this.changes.push({ player, undone: false, change });
  }

  private identitiesOf(player: number): string[] {
    return [...this.owners].filter(([, owner]) => owner === player).map(([identity]) => identity);
  }
}

function providerOf(identity: string): string {
  return identity.split(":", 1)[0] ?? "";
}
