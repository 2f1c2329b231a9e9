import { randomBytes } from "node:crypto";
import { createKeptSecrets, type KeptSecrets } from "../session/kept-secrets";
import type { KeyRing } from "../session/keys";
import type { EndpointRow, WebhookStore } from "./store";

/** Where webhooks go, and what they are signed with. */
export type Endpoint = { id: string; url: string; secret: string };

/** Encrypts and decrypts the secrets of endpoints. */
export type EndpointSecrets = KeptSecrets<string>;

/** The secrets of endpoints, under the keys of the ring. */
export function endpointSecrets(ring: KeyRing): EndpointSecrets {
  return createKeptSecrets<string>(ring, "webhook secret");
}

/** A new secret of 256 random bits. */
export function newEndpointSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/**
 * Reads an endpoint's secret, and encrypts it anew when it is under an earlier key of the ring.
 * @returns null when the key that it was encrypted under is gone
 */
export async function openEndpoint(
  { webhooks, secrets }: { webhooks: WebhookStore; secrets: EndpointSecrets },
  { id, url, secretJwe }: EndpointRow,
): Promise<Endpoint | null> {
  const secret = await secrets.decrypt(secretJwe);
  if (secret === null) return null;
  if (!secrets.isCurrent(secretJwe)) await webhooks.encryptAnew(id, secretJwe, await secrets.encrypt(secret));
  return { id, url, secret };
}
