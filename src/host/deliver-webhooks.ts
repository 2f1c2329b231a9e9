import type { Clock } from "../clock";
import type { Config } from "../config/config";
import { causeCode } from "../db/errors";
import type { Fetch } from "../identity/provider";
import { createLineBudget } from "../log/line-budget";
import type { Log } from "../log/log";
import type { KeyRing } from "../session/keys";
import type { Transact } from "../stores";
import { type DeliverDeps, deliverDue } from "../webhooks/deliver";
import { type Endpoint, endpointSecrets, openEndpoint } from "../webhooks/endpoints";
import { createWebhookPost } from "../webhooks/post";
import { createReceiverAddresses } from "../webhooks/receiver-addresses";
import type { WebhookStore } from "../webhooks/store";
import { periodically } from "./periodically";

const EVERY_SECOND_MS = 1_000;

/** How long a process goes by the endpoints that it has read, in milliseconds. */
const FRESH_MS = 10_000;

export type DeliverWebhooksDeps = {
  /** Whose statements keep no request waiting. */
  webhooks: WebhookStore;
  transact: Transact;
  keyRing: KeyRing;
  clock: Clock;
  log: Log;
  fetch: Fetch;
};

/**
 * Sends webhooks for as long as the server runs: every second what is due, each endpoint by itself. Where there is no
 * endpoint the database is asked every ten seconds, and for nothing else.
 * @returns stops it, once what is under way was answered
 */
export function deliverWebhooks(
  { webhooks, transact, keyRing, clock, log, fetch }: DeliverWebhooksDeps,
  { webhooks: { allowedAddresses } }: Pick<Config, "webhooks">,
): () => Promise<void> {
  const secrets = endpointSecrets(keyRing);
  const post = createWebhookPost({
    addresses: createReceiverAddresses(allowedAddresses),
    fetch,
  });
  const deps: DeliverDeps = { webhooks, transact, post, clock, log };
  const ending = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  const budget = createLineBudget();
  let known: { endpoints: Endpoint[]; readAt: number } | null = null;

  const onError = (error: unknown) => {
    if (budget("error") !== null)
      log.warn("webhooks could not be looked for; trying again", { cause: causeCode(error) });
  };
  const read = async (): Promise<Endpoint[]> => {
    const readAt = clock.monotonic();
    const endpoints: Endpoint[] = [];
    for (const row of await webhooks.listEnabled()) {
      const endpoint = await openEndpoint({ webhooks, secrets }, row);
      if (endpoint) endpoints.push(endpoint);
      else if (budget(row.id) !== null)
        log.error("a webhook's secret was encrypted under a secret that is gone; remove it and add it anew", {
          endpoint_id: row.id,
        });
    }
    known = { endpoints, readAt };
    return endpoints;
  };
  const stopLooking = periodically(
    EVERY_SECOND_MS,
    async () => {
      const isFresh = known && clock.monotonic() - known.readAt < FRESH_MS;
      for (const endpoint of isFresh && known ? known.endpoints : await read()) {
        if (underWay.has(endpoint.id)) continue;
        const delivering = deliverDue(deps, endpoint, ending.signal)
          .catch(onError)
          .finally(() => underWay.delete(endpoint.id));
        underWay.set(endpoint.id, delivering);
      }
    },
    onError,
  );
  return async () => {
    ending.abort();
    await stopLooking();
    await Promise.all(underWay.values());
  };
}
