import type { JWK } from "jose";
import type { Clock } from "../clock";
import type { ProviderApi } from "./provider-api";
import { ProviderKeys } from "./provider-keys";
import { refusal } from "./refusals";
import { type Deadline, startDeadline } from "./sign-in-deadline";

/**
 * The signing keys of a provider that publishes a JWK Set (RFC 7517 §5), by key id.
 * @param address where they are, which may have to be asked for
 */
export function publishedKeys(
  provider: string,
  api: ProviderApi,
  address: (inTime: Deadline) => string | Promise<string>,
  clock: Clock,
): ProviderKeys<JWK> {
  const ask = async () => {
    // Nobody's own deadline: many sign-ins wait for the same keys.
    const inTime = startDeadline(provider);
    const { status, body, headers } = await api.ask(inTime, await address(inTime));
    if (status !== 200) throw refusal(provider, "unavailable", { cause: `http_${status}` });
    return { keys: body, headers };
  };
  return new ProviderKeys(ask, readJwks, clock);
}

/**
 * Reads the keys out of a JWK Set; whatever cannot verify a signature is left out. An only key is also the one of a token
 * that names none (OpenID Connect Core §10.1).
 */
export function readJwks(answer: unknown): Record<string, JWK> {
  const { keys } = Object(answer) as { keys?: unknown };
  const usable = (Array.isArray(keys) ? keys : []).filter(isVerificationKey);
  const [first] = usable;
  return Object.fromEntries([
    ...(first && usable.length === 1 ? [["", first]] : []),
    ...usable.filter(({ kid }) => typeof kid === "string").map((key) => [key.kid, key]),
  ]);
}

/** Of a key pair: with a shared secret, whoever knows the published key could sign. */
function isVerificationKey(key: unknown): key is JWK {
  const { kty, use = "sig" } = Object(key) as JWK;
  return use === "sig" && ["RSA", "EC", "OKP"].includes(kty ?? "");
}
