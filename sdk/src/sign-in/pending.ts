/** A sign-in whose answer may come to another page load than the one that began it. */
export interface PendingSignIn {
  readonly verifier: string;
  readonly backendUrl: string;
  /** The id of the player who is to have one more way in. */
  readonly link?: number | undefined;
  /** The address to put back once the answer has been read. */
  readonly page?: string;
}

/** Gone with its tab: of a sign-in that comes back to the same one. */
export const tabStorage = () => sessionStorage;

/** Kept under the `state` of its request. Without a storage only the page that began it can go on. */
export function savePending(storage: () => Storage, state: string, pending: PendingSignIn): void {
  attempt(() => storage().setItem(state, JSON.stringify(pending)));
}

export function readPending(storage: () => Storage, state: string): PendingSignIn | undefined {
  return attempt(() => JSON.parse(storage().getItem(state) ?? "null") ?? undefined);
}

export function removePending(storage: () => Storage, state: string): void {
  attempt(() => storage().removeItem(state));
}

/** The states that begin with `prefix` and belong to this backend. */
export function pendingStates(storage: () => Storage, prefix: string, backendUrl: string): string[] {
  const states = attempt(() => Object.keys(storage())) ?? [];
  return states.filter(
    (state) => state.startsWith(prefix) && readPending(storage, state)?.backendUrl === backendUrl,
  );
}

/** Browsers may forbid a page its storage. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
