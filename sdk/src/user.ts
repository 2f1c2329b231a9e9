/** A player, as games see one. */
export interface UserInfo {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  /** An `https:` URL, an avatar key, or null. */
  readonly picture: string | null;
  readonly stars: number;
  readonly level: number;
}

/** The user in an answer or in the store, without unknown fields; undefined when it is none. */
export function parseUser(value: unknown): UserInfo | undefined {
  const { id, name, email, picture, stars, level } = (value ?? {}) as Record<string, unknown>;
  if (!Number.isSafeInteger(id) || typeof name !== "string") return undefined;
  return {
    id: id as number,
    name,
    email: typeof email === "string" ? email : "",
    picture: typeof picture === "string" ? picture : null,
    stars: Number(stars) || 0,
    level: Number(level) || 0,
  };
}

export function sameUser(one: UserInfo, other: UserInfo): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
