import { OAuthError } from "./oauth-error";
import { type Parameters, readParameters, required } from "./parameters";

/** A client whose secret is known here; every other client is public. */
export type Client = {
  id: string;
  secret: string | undefined;
};

/** @throws {OAuthError} `invalid_request` when the body is no form. */
export async function readForm(request: Request): Promise<Parameters> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new OAuthError("invalid_request", "The body must be application/x-www-form-urlencoded.");
  }
  return readParameters(await request.text());
}

/**
 * The id of the client that asks a token endpoint, by `client_secret_basic` or `client_secret_post`.
 *
 * @throws {OAuthError} `invalid_client` for a wrong secret, `invalid_request` for none or two.
 */
export function authenticatedClient(request: Request, parameters: Parameters, known: Client): string {
  const basic = basicCredentials(request);
  if (basic && parameters.has("client_secret")) {
    throw new OAuthError("invalid_request", "The client authenticates in two ways at once.");
  }
  const id = basic?.id ?? required(parameters, "client_id");
  const secret = basic?.secret ?? parameters.get("client_secret");
  if (id !== known.id || known.secret === undefined || secret === known.secret) return id;
  if (secret === undefined) throw new OAuthError("invalid_request", "client_secret is missing.");
  throw new OAuthError(
    "invalid_client",
    "Unauthorized",
    401,
    basic && { "www-authenticate": 'Basic realm="local"' },
  );
}

/** Both halves are form-encoded before they are joined (RFC 6749 §2.3.1). */
function basicCredentials(request: Request): { id: string; secret: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id: formDecoded(id), secret: formDecoded(secret.join(":")) };
}

function formDecoded(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll("&", "%26")}`).get("v") ?? "";
}
