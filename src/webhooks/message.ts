import { Webhook } from "standardwebhooks";
import type { Timepiece } from "../clock";
import type { Delivery } from "./store";

/** Receivers may count on no message being larger (Standard Webhooks, "Payload size"). */
const MAXIMUM_BYTES = 20 * 1_024;

export type Message = { headers: Record<string, string>; body: string };

/** What a message is made of. */
export type Event = Pick<Delivery, "eventId" | "type" | "data" | "createdAt">;

/**
 * An event as it goes over the wire, signed (Standard Webhooks). The body's time is that of the event; the headers' that of
 * the attempt, by which a receiver knows a replay.
 * @param secret `whsec_…`
 */
export function signedMessage(event: Event, secret: string, clock: Timepiece): Message {
  const body = bodyOf(event);
  const sentAt = clock.now();
  return {
    headers: {
      "content-type": "application/json",
      "user-agent": "account-server",
      "webhook-id": event.eventId,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
      "webhook-signature": new Webhook(secret).sign(event.eventId, sentAt, body),
    },
    body,
  };
}

/** Of what would be too large only the player is told: the receiver can ask for the rest. */
function bodyOf({ type, createdAt, data }: Event): string {
  const timestamp = createdAt.toISOString();
  const body = JSON.stringify({ type, timestamp, data });
  if (Buffer.byteLength(body) <= MAXIMUM_BYTES) return body;
  const { player, by } = data;
  return JSON.stringify({
    type,
    timestamp,
    data: { player, by, before: null, after: null, reason: null, truncated: true },
  });
}
