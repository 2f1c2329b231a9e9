import { type ClientSettings, clientRefusal } from "./client-refusal";
import type { ProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import type { Deadline } from "./sign-in-deadline";

/** This server as a client of the provider's. */
export type TokenClient = {
  /** Id of the provider. */
  provider: string;
  /** Its token endpoint. */
  url: string;
  /** Sent along. */
  headers?: Record<string, string>;
  clientId: string;
  clientSecret: string;
  /** The settings of the two, for the log of a provider that does not know them. */
  settings: ClientSettings;
};

/**
 * Exchanges an authorization code for an access token (RFC 6749 §4.1.3), the client's secret in the body (§2.3.1).
 * @param grant `code` and what the provider wants beside it
 * @returns the access token, safe to put in a header
 * @throws {ApiError} provider_token_invalid when the provider refuses the code; provider_unavailable_now when it does not
 * answer, or does not know this server
 */
export async function accessTokenFor(
  grant: Record<string, string>,
  client: TokenClient,
  api: ProviderApi,
  inTime: Deadline,
): Promise<string> {
  const { provider, url, headers = {}, clientId, clientSecret, settings } = client;
  const { status, body } = await api.ask(inTime, url, {
    method: "POST",
    headers,
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      client_secret: clientSecret,
      ...grant,
    }),
  });
  const refused = clientRefusal(body, settings);
  if (refused) throw refusal(provider, "unavailable", refused);
  if (status === 400 || typeof body.error === "string") throw refusal(provider, "token_invalid");
  const { access_token: token } = body;
  if (status !== 200) throw refusal(provider, "unavailable", { cause: `http_${status}` });
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token))
    throw refusal(provider, "unavailable", { cause: "no_access_token" });
  return token;
}
