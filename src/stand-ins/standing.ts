import type { Account } from "./picker/accounts";

/** Whether a provider stands by what it gave a player: what the orders `revoke` and `restore` change. */
export class Standing {
  readonly #revoked = new Map<string, Account>();
  /** How often a player signed in after a revocation: what they had before it stays refused. */
  readonly #renewals = new Map<string, number>();

  /** From here on everything of this player is refused. */
  revoke(account: Account): void {
    this.#revoked.set(account.id, account);
  }

  /** As though they had never been revoked. */
  restore(account: Account): void {
    this.#revoked.delete(account.id);
  }

  restoreAll(): void {
    this.#revoked.clear();
  }

  /** The player was picked: what they get from here on is good, and what was revoked is not. */
  renew({ id }: Account): void {
    if (this.#revoked.delete(id)) this.#renewals.set(id, this.#renewalsOf(id) + 1);
  }

  /** For a code, token or ticket that is given to a player now: tells later on whether it is good still. */
  vouchFor({ id }: Account): () => boolean {
    const renewals = this.#renewalsOf(id);
    return () => !this.#revoked.has(id) && renewals === this.#renewalsOf(id);
  }

  /** Emails of those who are revoked. */
  revoked(): string[] {
    return [...this.#revoked.values()].map(({ email }) => email);
  }

  #renewalsOf(id: string): number {
    return this.#renewals.get(id) ?? 0;
  }
}
