import { loadKeyRing } from "../../src/session/keys";
import { newUuidv7 } from "../../src/session/uuidv7";
import { createStores, createTransact } from "../../src/stores";
import { type DeliverDeps, deliverDue } from "../../src/webhooks/deliver";
import {
  type Endpoint,
  endpointSecrets,
  newEndpointSecret,
  openEndpoint,
} from "../../src/webhooks/endpoints";
import type { EventType } from "../../src/webhooks/event-types";
import { createWebhookPost } from "../../src/webhooks/post";
import { createReceiverAddresses } from "../../src/webhooks/receiver-addresses";
import type { TestServer } from "./server";
import { type Receiver, startReceiver } from "./webhook-receiver";

/** The webhooks of a test server, delivered when a test says so and by the test's clock. */
export async function webhooksAt({ database, clock, config }: TestServer) {
  const { webhooks } = createStores(database, clock, config, database.background);
  const transact = createTransact(database, clock, config);
  const secrets = endpointSecrets(await loadKeyRing(config.security, config.dataDir));
  const failures: Parameters<DeliverDeps["log"]["webhookFailed"]>[0][] = [];
  const post = createWebhookPost({ addresses: createReceiverAddresses(null), fetch, timeoutMs: 500 });
  const log = { webhookFailed: (details: (typeof failures)[number]) => void failures.push(details) };
  const endpoints: Endpoint[] = [];
  return {
    webhooks,
    /** What was told to the log. */
    failures,
    /** Lets a receiver know what happens from now on. */
    async add({ url }: Pick<Receiver, "url">, ...eventTypes: EventType[]): Promise<Endpoint> {
      const secret = newEndpointSecret();
      const row = { id: newUuidv7(clock), url, secretJwe: await secrets.encrypt(secret), eventTypes };
      const endpoint = await openEndpoint({ webhooks, secrets }, await webhooks.add(row));
      endpoints.push(endpoint!);
      return endpoint!;
    },
    /** Sends what is due, on several servers at once. */
    async deliver(servers = 1): Promise<void> {
      const deps: DeliverDeps = { webhooks, transact, post, clock, log };
      const all = endpoints.flatMap((endpoint) => Array(servers).fill(endpoint));
      await Promise.all(all.map((endpoint: Endpoint) => deliverDue(deps, endpoint)));
    },
    /** The rows of what is to be sent and was, in order. */
    async rows(): Promise<
      { event_id: string; type: string; user_id: number; status: string; data: object }[]
    > {
      const { rows } = await database.pool.query(
        "SELECT event_id, type, user_id, status, data FROM webhook_deliveries ORDER BY id",
      );
      return rows;
    },
    /** Forgets every endpoint. */
    async reset(): Promise<void> {
      for (const { id } of await webhooks.listStates()) {
        await webhooks.remove(id);
        await webhooks.removeDeliveries(id);
      }
      endpoints.length = 0;
      failures.length = 0;
    },
  };
}

export { startReceiver };
