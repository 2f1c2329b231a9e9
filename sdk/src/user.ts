/** A player, as games see one. */
export interface UserInfo {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  /** An `https:` URL, an avatar key, or null. */
  readonly picture: string | null;
  readonly stars: number;
  readonly level: number;
  /** Whether the key on this device is the player's only way in. */
  readonly guest: boolean;
  /** The player's ways in, sorted: `google`, `guest`, … */
  readonly providers: readonly string[];
  /** `player`, and whatever else the studio made of them: `moderator`, `admin`, its own; sorted. */
  readonly roles: readonly string[];
}

/** The user in an answer or in the store, without unknown fields; undefined when it is none. */
export function parseUser(value: unknown): UserInfo | undefined {
  const {
    id,
    name,
    email,
    picture = null,
    stars = 0,
    level = 0,
    guest = false,
    providers = [],
    roles = ["player"],
  } = (value ?? {}) as UserInfo;
  if (typeof id !== "number" || typeof name !== "string") return undefined;
  return { id, name, email, picture, stars, level, guest, providers, roles };
}
