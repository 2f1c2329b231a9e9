import { OAuthError } from "../oauth/oauth-error";
import type { Accounts } from "../picker/accounts";
import type { ServedStandIn, ServedStandIns } from "../served";
import type { ProviderName } from "../stand-ins";
import type { Order } from "./model";

/** What is in force at one stand-in. */
type InForce = {
  fail_next: number | null;
  lose_next_answer: boolean;
  /** Seconds. */
  slow: number;
  /** Emails. */
  revoked: string[];
};

/**
 * Does what an order says, at the stand-in that it names or at all of them.
 *
 * @throws {OAuthError} `invalid_request` for an unknown account, and for new keys where nothing is signed.
 */
export async function obey(order: Order, standIns: ServedStandIns, accounts: Accounts): Promise<void> {
  const meant = order.provider ? [standIns[order.provider]] : Object.values(standIns);
  switch (order.order) {
    case "fail_next":
      for (const { orders } of meant) orders.failNext = order.status;
      return;
    case "lose_next_answer":
      for (const { orders } of meant) orders.loseNextAnswer = true;
      return;
    case "slow":
      for (const { orders } of meant) orders.slowSeconds = order.seconds;
      return;
    case "revoke": {
      const account = accounts.named(order.account);
      for (const { standing } of meant) standing.revoke(account);
      return;
    }
    case "restore": {
      const account = accounts.named(order.account);
      for (const { standing } of meant) standing.restore(account);
      return;
    }
    case "rotate_keys":
      return rotateKeys(meant, order.provider);
    case "reset":
      for (const { orders, standing } of meant) {
        orders.forget();
        standing.restoreAll();
      }
  }
}

/** What is in force, by stand-in. */
export function inForce(standIns: ServedStandIns): Record<ProviderName, InForce> {
  const entries = Object.entries(standIns).map(([name, { orders, standing }]) => [
    name,
    {
      fail_next: orders.failNext,
      lose_next_answer: orders.loseNextAnswer,
      slow: orders.slowSeconds,
      revoked: standing.revoked(),
    },
  ]);
  return Object.fromEntries(entries);
}

async function rotateKeys(meant: ServedStandIn[], provider: ProviderName | undefined): Promise<void> {
  if (provider && meant.every(({ rotateKeys }) => rotateKeys === undefined)) {
    throw new OAuthError("invalid_request", `${provider} signs nothing.`);
  }
  await Promise.all(meant.map(({ rotateKeys }) => rotateKeys?.()));
}
