import { type Account, type Accounts, accountNumber } from "../picker/accounts";
import { avatarPath } from "../picker/avatar";

/** The SteamID64 of a person whose account has the number 0. */
const FIRST_PERSON = 0x0110000100000000n;
const CAPACITY = 10_000;

/** Members of `GetPlayerSummaries`, for a profile that is public. */
export type Summary = {
  steamid: string;
  communityvisibilitystate: number;
  profilestate: number;
  personaname: string;
  profileurl: string;
  avatar: string;
  avatarmedium: string;
  avatarfull: string;
};

/** The players as Steam knows them. */
export class SteamPlayers {
  readonly #seen = new Map<string, Account>();

  constructor(private readonly accounts: Accounts) {}

  /** 17 digits, the same for the same player on every machine. Whoever was asked for can be found again. */
  steamIdOf(account: Account): string {
    const steamId = String(FIRST_PERSON + (accountNumber(account, "steam") & 0xffffffffn));
    this.#seen.set(steamId, account);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= CAPACITY) break;
      this.#seen.delete(oldest);
    }
    return steamId;
  }

  /** @returns nothing for an id of nobody, as Steam does */
  summaryOf(steamId: string, origin: string): [] | [Summary] {
    const listed = this.accounts.list().find((account) => this.steamIdOf(account) === steamId);
    const account = this.#seen.get(steamId) ?? listed;
    if (!account) return [];
    const face = origin + avatarPath(account.id);
    return [
      {
        steamid: steamId,
        communityvisibilitystate: 3,
        profilestate: 1,
        personaname: account.name,
        profileurl: `https://steamcommunity.com/profiles/${steamId}/`,
        avatar: face,
        avatarmedium: face,
        avatarfull: face,
      },
    ];
  }
}
