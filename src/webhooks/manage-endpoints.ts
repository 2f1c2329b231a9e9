import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { isUuid, newUuidv7 } from "../session/uuidv7";
import type { Transact } from "../stores";
import { type EndpointSecrets, newEndpointSecret } from "./endpoints";
import type { EventType } from "./event-types";
import type { ReplayFilter, ToldEndpoint, WebhookStore } from "./store";

type ManageDeps = { transact: Transact; clock: Timepiece };

/**
 * Lets a server of the studio's know what happens from now on.
 * @param url that was looked at
 * @param eventTypes what of; empty: everything
 * @returns the endpoint, and its secret, which is shown this once
 */
export async function addEndpoint(
  { transact, clock }: ManageDeps,
  secrets: EndpointSecrets,
  { url, eventTypes }: { url: string; eventTypes: EventType[] },
  by: By,
): Promise<{ endpoint: ToldEndpoint; secret: string }> {
  const secret = newEndpointSecret();
  const secretJwe = await secrets.encrypt(secret);
  return transact(async ({ audit, webhooks }) => {
    const { secretJwe: _, ...endpoint } = await webhooks.add({
      id: newUuidv7(clock),
      url,
      secretJwe,
      eventTypes,
    });
    const after = audited(endpoint);
    await audit.append(newUuidv7(clock), { action: "webhook_add", userId: null, after, ...by });
    return { endpoint, secret };
  });
}

/**
 * Sends an endpoint nothing any more, and forgets what it was told and was to be told.
 * @param webhooks outside of any transaction
 * @returns whether it was there
 */
export async function removeEndpoint(
  { transact, clock, webhooks }: ManageDeps & { webhooks: WebhookStore },
  id: string,
  by: By,
): Promise<boolean> {
  if (!isUuid(id)) return false;
  const isRemoved = await transact(async ({ audit, webhooks }) => {
    const removed = await webhooks.remove(id);
    if (!removed) return false;
    const before = audited(removed);
    await audit.append(newUuidv7(clock), { action: "webhook_remove", userId: null, before, ...by });
    return true;
  });
  // Also where there is no endpoint any more: whoever removed it may have been killed before this.
  await webhooks.removeDeliveries(id);
  return isRemoved;
}

/** Sends an endpoint that has said it is gone nothing from now on; what is pending stays so. */
export async function disableEndpoint({ transact, clock }: ManageDeps, id: string): Promise<void> {
  await transact(async ({ audit, webhooks }) => {
    const disabled = await webhooks.disable(id);
    if (!disabled) return;
    const after = audited(disabled);
    const by: By = { actor: { kind: "system" } };
    await audit.append(newUuidv7(clock), { action: "webhook_disable", userId: null, after, ...by });
  });
}

/** Sends again to an endpoint that has said it is gone. @returns whether it is there */
export async function enableEndpoint({ transact, clock }: ManageDeps, id: string, by: By): Promise<boolean> {
  if (!isUuid(id)) return false;
  return transact(async ({ audit, webhooks }) => {
    const enabled = await webhooks.enable(id);
    if (!enabled) return false;
    const { wasDisabled, ...endpoint } = enabled;
    const after = audited(endpoint);
    if (wasDisabled)
      await audit.append(newUuidv7(clock), { action: "webhook_enable", userId: null, after, ...by });
    return true;
  });
}

/**
 * Sends an endpoint once more what was delivered or has failed, with the same `webhook-id`.
 * @returns how many events; null when there is no such endpoint
 */
export async function replay(
  { transact, clock }: ManageDeps,
  id: string,
  filter: ReplayFilter,
  by: By,
): Promise<number | null> {
  if (!isUuid(id)) return null;
  return transact(async ({ audit, webhooks }) => {
    const endpoint = await webhooks.find(id);
    if (!endpoint) return null;
    const events = await webhooks.replay(id, filter);
    const { eventId, since, failedOnly } = filter;
    const after = {
      ...audited(endpoint),
      events,
      ...(eventId && { event: eventId }),
      ...(since && { since: since.toISOString() }),
      ...(failedOnly && { failed: true }),
    };
    await audit.append(newUuidv7(clock), { action: "webhook_replay", userId: null, after, ...by });
    return events;
  });
}

/** Of the address no query: studios have secrets there. */
function audited({ id, url, eventTypes }: Pick<ToldEndpoint, "id" | "url" | "eventTypes">) {
  const { origin, pathname } = new URL(url);
  return { webhook: id, url: origin + pathname, events: eventTypes };
}
