import { setTimeout as sleep } from "node:timers/promises";
import type { Timepiece } from "../clock";
import type { Log } from "../log/log";
import type { Transact } from "../stores";
import { retryDelaySeconds } from "./back-off";
import type { Endpoint } from "./endpoints";
import { disableEndpoint } from "./manage-endpoints";
import { signedMessage } from "./message";
import type { Answered, PostWebhook } from "./post";
import type { Delivery, WebhookStore } from "./store";

export type DeliverDeps = {
  webhooks: WebhookStore;
  transact: Transact;
  post: PostWebhook;
  clock: Timepiece;
  log: Pick<Log, "webhookFailed">;
};

/** How many events one process sends to an endpoint at a time. */
const AT_A_TIME = 8;

/** After how long it is looked for what is new while an answer is awaited, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** The endpoint wants nothing any more. */
const GONE = 410;

/**
 * Sends an endpoint what is due until nothing is. Of a player one event is under way at a time, and the next one goes when
 * it was taken. Several processes may do so at once.
 * @param ending begins nothing more once it is aborted
 * @throws when the database cannot be asked or told; what was sent meanwhile is sent once more later
 */
export async function deliverDue(deps: DeliverDeps, endpoint: Endpoint, ending?: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const errors: unknown[] = [];
  // What is finished while others are claimed has made another one due, which that claim may not have seen.
  let hasFinished = false;
  try {
    while (!ending?.aborted && errors.length === 0) {
      hasFinished = false;
      const { deliveries, isAll } = await deps.webhooks.claim(endpoint.id, AT_A_TIME - underWay.size);
      for (const delivery of deliveries) {
        const sending = deliver(deps, endpoint, delivery)
          .catch((error) => void errors.push(error))
          .finally(() => {
            underWay.delete(sending);
            hasFinished = true;
          });
        underWay.add(sending);
      }
      if (underWay.size === AT_A_TIME) await Promise.race(underWay);
      if (!isAll || hasFinished) continue;
      if (underWay.size === 0) return;
      await Promise.race([...underWay, sleep(LOOK_AGAIN_MS)]);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (errors.length > 0) throw new AggregateError(errors);
}

/** One attempt. Whoever is killed under way leaves the event to somebody else, who sends it with the same `webhook-id`. */
async function deliver(deps: DeliverDeps, endpoint: Endpoint, delivery: Delivery): Promise<void> {
  const { webhooks, post, clock } = deps;
  const { headers, body } = signedMessage(delivery, endpoint.secret, clock);
  const answer = await post(endpoint.url, headers, body);
  const failure = failureOf(answer);
  if (failure === null) return webhooks.markDelivered(delivery.id);
  if ("status" in answer && answer.status === GONE) {
    await disableEndpoint(deps, endpoint.id);
    await webhooks.putOff(delivery.id, failure, 0);
    return tell(deps, endpoint, delivery, failure, "endpoint_disabled");
  }
  const delay = retryDelaySeconds(delivery.attempts + 1, Math.random());
  await (delay === null
    ? webhooks.markFailed(delivery.id, failure)
    : webhooks.putOff(delivery.id, failure, delay));
  tell(deps, endpoint, delivery, failure, delay === null ? "given_up" : "put_off");
}

/** @returns null for an answer that takes the event */
export function failureOf(answer: Answered): string | null {
  if ("failure" in answer) return answer.failure;
  return answer.status >= 200 && answer.status < 300 ? null : `http_${answer.status}`;
}

function tell(
  { log }: DeliverDeps,
  { id: endpointId }: Endpoint,
  { eventId, type, attempts }: Delivery,
  cause: string,
  outcome: "put_off" | "given_up" | "endpoint_disabled",
): void {
  log.webhookFailed({ endpointId, eventId, type, attempt: attempts + 1, cause, outcome });
}
