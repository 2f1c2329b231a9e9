import { OAuth2Client } from "google-auth-library";
import type { Clock } from "../clock";
import { epochSeconds } from "../clock";
import type { GoogleConfig } from "../config/config";
import { isLoopback } from "../config/fields";
import { ApiError } from "../errors";
import { identityOf, profileOf } from "./claims";
import { readCertificates } from "./google-certificates";
import { googleCause, googleError } from "./google-failure";
import { SingleRequestTransport } from "./google-transport";
import { type CodeGrant, type Fetch, GOOGLE, type VerifiedIdentity } from "./provider";
import { ProviderKeys } from "./provider-keys";
import { ProviderTurns } from "./provider-turns";
import { type Deadline, startDeadline } from "./sign-in-deadline";

const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];
const DAY_SECONDS = 86_400;
const SKEW_SECONDS = 300;
const MAXIMUM_TOKEN_LENGTH = 8_192;

/** Asks Google who a player is, by any of its three proofs. The only user of google-auth-library. */
export type GoogleVerifier = {
  /**
   * An access token: token info, audience, and userinfo only if the profile is wanted.
   * @throws {ApiError} google_token_invalid, google_audience_mismatch, google_unavailable
   */
  accessToken(token: string): Promise<VerifiedIdentity>;
  /**
   * An id token (OpenID Connect Core §3.1.3.7): RS256 signature, issuer, audience, times, nonce when given.
   * @throws {ApiError} google_token_invalid, google_audience_mismatch, google_unavailable
   */
  idToken(token: string, nonce?: string): Promise<VerifiedIdentity>;
  /**
   * An authorization code with its PKCE verifier (RFC 7636), exchanged with the client secret.
   * @throws {ApiError} google_token_invalid, google_audience_mismatch, google_unavailable
   */
  code(grant: CodeGrant): Promise<VerifiedIdentity>;
};

/** The library judges times by this machine's clock. They are judged here, by ours. */
const NO_LIMIT_SECONDS = Number.MAX_SAFE_INTEGER;
Object.assign(OAuth2Client, { CLOCK_SKEW_SECS_: NO_LIMIT_SECONDS });

export function createGoogleVerifier(config: GoogleConfig, clock: Clock, fetch: Fetch): GoogleVerifier {
  const [clientId] = config.clientIds;
  if (!clientId) throw new TypeError("a Google client id is required: without one no audience is checked");
  const transport = new SingleRequestTransport(fetch);
  const newClient = () =>
    new OAuth2Client({
      clientId,
      clientSecret: config.clientSecret,
      endpoints: {
        tokenInfoUrl: config.endpoints.tokenInfo,
        oauth2TokenUrl: config.endpoints.token,
        oauth2FederatedSignonPemCertsUrl: config.endpoints.certs,
        oauth2FederatedSignonJwkCertsUrl: config.endpoints.certs,
      },
      transporter: transport,
      useAuthRequestParameters: false,
    });
  const client = newClient();
  const turns = new ProviderTurns(GOOGLE);
  // Nobody's own deadline: many sign-ins wait for the same keys.
  const askForKeys = async () => {
    const { certs, res } = await turns.ask(startDeadline(GOOGLE), () =>
      newClient().getFederatedSignonCerts(),
    );
    return { keys: certs, headers: res?.headers };
  };
  const keys = new ProviderKeys(askForKeys, readCertificates, clock);

  /** Asks Google once, and translates what its libraries throw. */
  const ask = <T>(inTime: Deadline, question: () => Promise<T>) =>
    turns.ask(inTime, question).catch((error): never => {
      throw googleError(error);
    });
  const onThisMachine = isLoopback(new URL(config.endpoints.userinfo));

  const checkAudience = (audience: unknown) => {
    if (typeof audience !== "string" || !config.clientIds.includes(audience)) {
      throw new ApiError("google_audience_mismatch");
    }
  };

  const accessToken: GoogleVerifier["accessToken"] = async (token) => {
    requireHeaderSafe(token);
    const inTime = startDeadline(GOOGLE);
    const info = await ask(inTime, () => client.getTokenInfo(token));
    checkAudience(info.aud);
    const identity = identityOf(GOOGLE, info as unknown as Record<string, unknown>);
    if (!identity) throw new ApiError("google_token_invalid");
    const loadProfile = async () => {
      const { data } = await ask(inTime, () =>
        transport.request<Record<string, unknown>>({
          url: config.endpoints.userinfo,
          headers: { authorization: `Bearer ${token}` },
        }),
      );
      if (data.sub !== identity.subject) throw new ApiError("google_token_invalid");
      return profileOf(data, { onThisMachine });
    };
    return { ...identity, loadProfile };
  };

  const verifyIdToken = async (token: string, nonce: string | undefined, inTime: Deadline) => {
    const keyId = requireRs256(token);
    const certificates = await inTime(keys.find(keyId)).catch((cause) => {
      throw new ApiError("google_unavailable", { cause: googleCause(cause) });
    });
    const ticket = await client
      .verifySignedJwtWithCertsAsync(token, certificates, undefined, ISSUERS, NO_LIMIT_SECONDS)
      .catch(() => {
        throw new ApiError("google_token_invalid");
      });
    const claims = (ticket.getPayload() ?? {}) as unknown as Record<string, unknown>;
    checkAudience(claims.aud);
    const now = epochSeconds(clock);
    const { iat, exp } = claims;
    if (typeof iat !== "number" || typeof exp !== "number") throw new ApiError("google_token_invalid");
    const isPast = exp + SKEW_SECONDS < now || iat + DAY_SECONDS + SKEW_SECONDS < now;
    const isAhead = iat - SKEW_SECONDS > now || exp >= now + DAY_SECONDS;
    if (isPast || isAhead) throw new ApiError("google_token_invalid");
    const identity = identityOf(GOOGLE, claims);
    if (!identity || (nonce !== undefined && claims.nonce !== nonce))
      throw new ApiError("google_token_invalid");
    const expiresAt = new Date((Math.min(exp, iat + DAY_SECONDS) + SKEW_SECONDS) * 1_000);
    return { ...identity, expiresAt, loadProfile: async () => profileOf(claims, { onThisMachine }) };
  };

  const code: GoogleVerifier["code"] = async (grant) => {
    const inTime = startDeadline(GOOGLE);
    const { tokens } = await ask(inTime, () =>
      client.getToken({
        code: grant.code,
        codeVerifier: grant.codeVerifier,
        ...(grant.redirectUri !== null && { redirect_uri: grant.redirectUri }),
      }),
    );
    if (typeof tokens.id_token !== "string") throw new ApiError("google_token_invalid");
    return verifyIdToken(tokens.id_token, undefined, inTime);
  };

  return { accessToken, idToken: (token, nonce) => verifyIdToken(token, nonce, startDeadline(GOOGLE)), code };
}

function requireHeaderSafe(token: string): void {
  if (token.length > MAXIMUM_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ApiError("google_token_invalid");
  }
}

/** Reads the key id, and refuses any other algorithm before a key is fetched (RFC 8725 §3.1). */
function requireRs256(token: string): string {
  const [header = ""] = token.split(".", 1);
  try {
    requireHeaderSafe(token);
    const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
    if (alg === "RS256" && typeof kid === "string") return kid;
  } catch {}
  throw new ApiError("google_token_invalid");
}
