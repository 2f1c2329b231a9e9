import { SIGNING_ALGORITHM } from "../signing-keys/signing-keys";
import { GRANTS } from "./grants";
import { SCOPES } from "./scopes";

/**
 * What clients have to know of this server (RFC 8414 §2, OpenID Connect Discovery §3).
 * @param issuer of this server, below which everything is
 */
export function discovery(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    device_authorization_endpoint: `${issuer}/oauth/device_authorization`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    scopes_supported: Object.keys(SCOPES),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: Object.keys(GRANTS),
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none"],
    revocation_endpoint_auth_methods_supported: ["none"],
    introspection_endpoint_auth_methods_supported: ["Bearer"],
    dpop_signing_alg_values_supported: ["ES256"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
    claims_supported: CLAIMS,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
  };
}

const CLAIMS = [
  ...["iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "nonce", "at_hash"],
  ...["name", "preferred_username", "picture", "email", "email_verified"],
];
