/** One of the player's ways in. */
export interface Identity {
  /** `google`, `discord`, `guest`, … */
  readonly provider: string;
  /** What the provider calls the player, or null. */
  readonly name: string | null;
  readonly linkedAt: Date;
  /** To an hour. */
  readonly lastUsedAt: Date;
}

interface IdentityAnswer extends Pick<Identity, "provider" | "name"> {
  readonly linked_at: string;
  readonly last_used_at: string;
}

/** The ways in that the answer of `GET /api/identities` has, without unknown fields. */
export function parseIdentities(answer: Record<string, unknown>): Identity[] {
  return ((answer.identities ?? []) as IdentityAnswer[]).map(
    ({ provider, name = null, linked_at, last_used_at }) => ({
      provider,
      name,
      linkedAt: new Date(linked_at),
      lastUsedAt: new Date(last_used_at),
    }),
  );
}
