import { createHash } from "node:crypto";
import { OAuthError } from "./oauth-error";
import { type Parameters, readParameters, required } from "./parameters";
import type { CodeGrant, TokenIssuer, TokenResponse } from "./token-issuer";

/** A client whose secret is known here; every other client is public. */
export type Client = {
  id: string;
  secret: string | undefined;
};

/**
 * Google's token endpoint: exchanges an authorization code (RFC 6749 §4.1.3) with its PKCE verifier
 * (RFC 7636 §4.5). The client authenticates with `client_secret_basic` or `client_secret_post`.
 *
 * @throws {OAuthError} RFC 6749 §5.2, in Google's words.
 */
export async function exchange(
  request: Request,
  client: Client,
  issuer: TokenIssuer,
): Promise<TokenResponse> {
  const parameters = await readForm(request);
  const clientId = authenticatedClient(request, parameters, client);
  const grantType = required(parameters, "grant_type");
  if (grantType !== "authorization_code") {
    throw new OAuthError("unsupported_grant_type", "The grant_type here is always authorization_code.");
  }
  const grant = issuer.redeemCode(required(parameters, "code"));
  if (!grant || grant.clientId !== clientId) throw new OAuthError("invalid_grant", "Malformed auth code.");
  if (grant.redirectUri !== parameters.get("redirect_uri")) {
    throw new OAuthError(
      "redirect_uri_mismatch",
      "The redirect_uri is not the one that the code was sent to.",
    );
  }
  checkCodeVerifier(parameters.get("code_verifier"), grant);
  return issuer.issueTokens(grant);
}

async function readForm(request: Request): Promise<Parameters> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new OAuthError("invalid_request", "The body must be application/x-www-form-urlencoded.");
  }
  return readParameters(await request.text());
}

function authenticatedClient(request: Request, parameters: Parameters, known: Client): string {
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

function basicCredentials(request: Request): { id: string; secret: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString().split(":");
  return { id, secret: secret.join(":") };
}

function checkCodeVerifier(verifier: string | undefined, { codeChallenge }: CodeGrant): void {
  if (codeChallenge === undefined && verifier === undefined) return;
  if (verifier === undefined) throw new OAuthError("invalid_grant", "Missing code verifier.");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  if (challenge !== codeChallenge) throw new OAuthError("invalid_grant", "Invalid code verifier.");
}
