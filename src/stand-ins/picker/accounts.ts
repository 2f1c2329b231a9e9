import { createHash } from "node:crypto";
import { z } from "zod";
import { OAuthError } from "../oauth/oauth-error";

/** A player of every stand-in, in the words of OpenID Connect Core §5.1. */
export type Account = {
  /** 21 digits, the same ones for the same email on every machine. A provider has its own subject for them. */
  id: string;
  email: string;
  name: string;
  given_name: string;
  family_name?: string;
};

const DOMAIN = "players.example";
const ADDED_AT_MOST = 5;
const GIVEN_NAMES = [
  "Alex",
  "Blake",
  "Casey",
  "Dana",
  "Eli",
  "Finn",
  "Gray",
  "Hana",
  "Ivo",
  "Jo",
  "Kit",
  "Luca",
];
const FAMILY_NAMES = ["Anise", "Caper", "Dill", "Fennel", "Ginger", "Juniper", "Laurel", "Nutmeg", "Sorrel"];

const INVENTED: readonly Account[] = [
  account("Ada Pepper", `ada@${DOMAIN}`),
  account("Bruno Saffron", `bruno@${DOMAIN}`),
  account("Chloé Basil", `chloe@${DOMAIN}`),
];

/** The players to pick from: three invented ones and those whom somebody added, in memory. */
export class Accounts {
  readonly #added = new Map<string, Account>();

  list(): Account[] {
    return [...INVENTED, ...this.#added.values()];
  }

  /** Lists a player of one's own. The oldest added one makes room. */
  add(name: string, email: string): Account {
    const added = account(name, email);
    this.#added.delete(added.id);
    this.#added.set(added.id, added);
    for (const oldest of this.#added.keys()) {
      if (this.#added.size <= ADDED_AT_MOST) break;
      this.#added.delete(oldest);
    }
    return added;
  }

  /**
   * A listed player by email or, for the invented three, by the part before the @. For any other email
   * a player is invented, always the same one for the same email. Undefined when `key` is neither.
   */
  find(key: string): Account | undefined {
    const email = key.includes("@") ? key : `${key}@${DOMAIN}`;
    const listed = this.list().find(({ id }) => id === idOf(email));
    if (listed || email !== key || !isEmail(email)) return listed;
    return account(inventedName(email), email);
  }

  /** @throws {OAuthError} `invalid_request` when `key` is neither an invented player nor an email. */
  named(key: string): Account {
    const account = this.find(key);
    if (account) return account;
    throw new OAuthError("invalid_request", "The account is neither a listed player nor an email.");
  }
}

export function isEmail(text: string): boolean {
  return z.email().max(254).safeParse(text).success;
}

/** The claims of a name: the first word is the given name. */
export function nameClaims(name: string): Pick<Account, "name" | "given_name" | "family_name"> {
  const [given_name = name, ...rest] = name.split(" ");
  return { name, given_name, ...(rest.length > 0 && { family_name: rest.join(" ") }) };
}

function account(name: string, email: string): Account {
  return { id: idOf(email), email, ...nameClaims(name) };
}

/** The number that a provider makes its own subject of: below 2^256, and another one at every provider. */
export function accountNumber(account: Account, provider: string): bigint {
  return hashOf(`${provider} ${account.email}`);
}

function idOf(email: string): string {
  return `1${String(hashOf(email) % 10n ** 20n).padStart(20, "0")}`;
}

function inventedName(email: string): string {
  const hash = hashOf(`name of ${email}`);
  const given = GIVEN_NAMES[Number(hash % BigInt(GIVEN_NAMES.length))];
  const family = FAMILY_NAMES[Number((hash >> 64n) % BigInt(FAMILY_NAMES.length))];
  return `${given} ${family}`;
}

function hashOf(text: string): bigint {
  return BigInt(`0x${createHash("sha256").update(text.toLowerCase()).digest("hex")}`);
}
