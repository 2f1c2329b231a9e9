import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { openValues, valuesIn } from "../http/described-values";
import { ERROR_MEMBERS } from "../http/error-members";
import { htmlAnswer } from "../http/page-answer";
import { reasonPhrase } from "../http/reason-phrase";
import { OAUTH_ERRORS, type OAuthErrorCode } from "./oauth-error";

const text = (maxLength: number, description: string) => t.Optional(t.String({ maxLength, description }));

const clientMembers = {
  client_id: text(64, "The client, as the operator has registered it."),
  client_secret: text(1_024, "Never: clients here have no secret."),
};

export const tokenForm = t.Object(
  {
    grant_type: t.String({
      maxLength: 128,
      description: "`authorization_code`, `refresh_token` or `urn:ietf:params:oauth:grant-type:device_code`.",
      examples: ["authorization_code"],
    }),
    ...clientMembers,
    code: text(1_024, "With `authorization_code`: from the redirect."),
    redirect_uri: text(2_048, "With `authorization_code`: the same as at /oauth/authorize."),
    code_verifier: t.Optional(
      t.String({
        pattern: "^[A-Za-z0-9._~-]{43,128}$",
        description: "With `authorization_code`: the PKCE verifier (RFC 7636 §4.1).",
      }),
    ),
    refresh_token: text(1_024, "With `refresh_token`: the newest one."),
    scope: text(1_024, "With `refresh_token`: less than was granted, if it is to be less."),
    device_code: text(1_024, "Of /oauth/device_authorization."),
  },
  {
    title: "TokenRequest",
    examples: [
      {
        grant_type: "refresh_token",
        client_id: "game",
        refresh_token: "your-refresh-token",
      },
    ],
  },
);

export const tokenAnswer = t.Object(
  {
    access_token: t.String({ description: "JWT (RFC 9068)." }),
    token_type: openValues(["Bearer", "DPoP"]),
    expires_in: Type.Integer({ description: "Seconds until the access token expires.", examples: [3600] }),
    refresh_token: t.String({ description: "Opaque; replaced by every refresh." }),
    scope: t.Optional(t.String({ description: "What was granted.", examples: ["openid profile"] })),
    id_token: t.Optional(t.String({ description: "ES256; with `openid` in the scope." })),
  },
  { title: "TokenAnswer" },
);

export const revokeForm = t.Object(
  {
    ...clientMembers,
    token: t.String({ maxLength: 4_096, description: "A refresh token or an access token." }),
    token_type_hint: text(64, "Not needed."),
  },
  { title: "RevokeRequest" },
);

export const introspectForm = t.Object(
  {
    token: t.String({ maxLength: 4_096, description: "An access token or a refresh token." }),
    token_type_hint: text(64, "Not needed."),
  },
  { title: "IntrospectRequest" },
);

export const introspectAnswer = t.Object(
  {
    active: t.Boolean(),
    scope: t.Optional(t.String()),
    client_id: t.Optional(t.String()),
    username: t.Optional(t.String({ description: "The player's name." })),
    token_type: t.Optional(openValues(["Bearer", "DPoP"], { description: "Of an access token." })),
    cnf: t.Optional(
      t.Object(
        { jkt: t.String({ description: "Thumbprint of the key that the token is bound to." }) },
        { title: "Confirmation" },
      ),
    ),
    exp: t.Optional(Type.Integer()),
    iat: t.Optional(Type.Integer()),
    sub: t.Optional(t.String({ description: "The player's id." })),
    aud: t.Optional(t.String()),
    iss: t.Optional(t.String()),
    jti: t.Optional(t.String()),
    sid: t.Optional(t.String({ description: "The session's id." })),
    roles: t.Optional(
      t.Array(t.String(), { description: "Of an access token: what the player is at this moment." }),
    ),
    age_band: t.Optional(t.String({ description: "Where the game asks for it, of an access token." })),
    guardian_consent: t.Optional(t.Boolean({ description: "The same." })),
  },
  { title: "Introspection" },
);

export type Introspection = typeof introspectAnswer.static;

export const userinfoAnswer = t.Object(
  {
    sub: t.String({ description: "The player's id.", examples: ["7"] }),
    name: t.Optional(t.String({ description: "With `profile`." })),
    preferred_username: t.Optional(t.String({ description: "The same." })),
    picture: t.Optional(t.String({ description: "With `profile`: its address, if it has one." })),
    email: t.Optional(t.String({ description: "With `email`, if it is known." })),
    email_verified: t.Optional(t.Boolean()),
  },
  { title: "UserInfo" },
);

/** Of RFC 8414 §2 and OpenID Connect Discovery §3. */
export const discoveryAnswer = t.Object(
  {
    issuer: t.String(),
    authorization_endpoint: t.String(),
    token_endpoint: t.String(),
    device_authorization_endpoint: t.String(),
    userinfo_endpoint: t.String(),
    jwks_uri: t.String(),
    revocation_endpoint: t.String(),
    introspection_endpoint: t.String(),
    scopes_supported: t.Array(t.String()),
    response_types_supported: t.Array(t.String()),
    response_modes_supported: t.Array(t.String()),
    grant_types_supported: t.Array(t.String()),
    code_challenge_methods_supported: t.Array(t.String()),
    token_endpoint_auth_methods_supported: t.Array(t.String()),
    revocation_endpoint_auth_methods_supported: t.Array(t.String()),
    introspection_endpoint_auth_methods_supported: t.Array(t.String()),
    dpop_signing_alg_values_supported: t.Array(t.String()),
    subject_types_supported: t.Array(t.String()),
    id_token_signing_alg_values_supported: t.Array(t.String()),
    claims_supported: t.Array(t.String()),
    claims_parameter_supported: t.Boolean(),
    request_parameter_supported: t.Boolean(),
    request_uri_parameter_supported: t.Boolean(),
    authorization_response_iss_parameter_supported: t.Boolean(),
  },
  { title: "AuthorizationServerMetadata" },
);

export const consentForm = t.Object({
  ticket: t.String({ maxLength: 12_288 }),
  decision: t.Union([t.Literal("allow"), t.Literal("deny")]),
});

/** Errors that every OAuth endpoint may answer with. */
const COMMON: OAuthErrorCode[] = ["invalid_request", "temporarily_unavailable", "server_error"];

/** Statuses of what is wrong with a form, or with how many of them come, for which OAuth has no error of its own. */
const OF_FORMS: [status: number, code: OAuthErrorCode][] = [
  [408, "invalid_request"],
  [413, "invalid_request"],
  [415, "invalid_request"],
  [429, "temporarily_unavailable"],
];

/** The error answers of an OAuth endpoint for its `response` declaration (RFC 6749 §5.2), grouped by status. */
export function oauthErrorResponses(...codes: (OAuthErrorCode | [status: number, code: OAuthErrorCode])[]) {
  const usual = (code: OAuthErrorCode): [number, OAuthErrorCode] => [OAUTH_ERRORS[code][0], code];
  const own = codes.map((code) => (typeof code === "string" ? usual(code) : code));
  const all = [...own, ...COMMON.map(usual), ...OF_FORMS];
  const statuses = [...new Set(all.map(([status]) => status))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      errorSchema(
        status,
        all.filter((each) => each[0] === status).map(([, code]) => code),
      ),
    ]),
  ) as Record<400 | 500 | 503, ReturnType<typeof errorSchema>>;
}

/** What `POST /api/login` says as well, as it says it. All errors of OAuth share one schema. */
const FOR_PLAYERS = {
  code: t.Optional(
    t.String({
      description: `What a game tells its player: ${valuesIn(["maintenance", "client_outdated", "account_disabled"])}`,
    }),
  ),
  message: t.Optional(
    t.String({ description: "Of `maintenance` and `client_outdated`: one plain sentence." }),
  ),
  ...ERROR_MEMBERS.account_disabled?.members,
  ...ERROR_MEMBERS.client_outdated?.members,
  until: t.Optional(
    t.Union([t.String({ format: "date-time" }), t.Null()], {
      description: "When the maintenance or the ban is over; null where nobody knows, or it does not end.",
    }),
  ),
};

function errorSchema(status: number, codes: OAuthErrorCode[]) {
  return t.Object(
    {
      error: t.String({ description: valuesIn(Object.keys(OAUTH_ERRORS)) }),
      error_description: t.String({ description: "One plain sentence, for the client's developer." }),
      ...FOR_PLAYERS,
    },
    {
      title: "OAuthError",
      "x-answer": `OAuth${reasonPhrase(status)}`,
      examples: codes.map((error) => ({ error, error_description: OAUTH_ERRORS[error][1] })),
    },
  );
}

/** What /oauth/authorize and the pages below it answer. */
export const PAGE_ANSWERS = {
  200: htmlAnswer("A page: the ways in, or the question whether the client may know the player."),
  302: { description: "On to the provider." },
  303: {
    description:
      "Back to the client's `redirect_uri` with `code`, `state` and `iss`, or with `error`, `error_description`, `state` and `iss`.",
  },
  400: htmlAnswer("A page, where no address to return to has been checked."),
  429: htmlAnswer("Too many sign-ins from this address; a page that says so."),
  503: htmlAnswer("Nobody can sign in just now; a page that says so."),
};

const parameter = (name: string, description: string, example: string, required = false) => ({
  name,
  in: "query" as const,
  required,
  description,
  schema: { type: "string" as const },
  example,
});

/** Of /oauth/authorize, which are checked one by one: what is wrong is told to the client. */
export const AUTHORIZE_PARAMETERS = [
  parameter("client_id", "As the operator has registered it.", "game", true),
  parameter(
    "redirect_uri",
    "One of the client's, whole; loopback on any port.",
    "http://127.0.0.1:5000/cb",
    true,
  ),
  parameter("response_type", "`code`.", "code", true),
  parameter(
    "code_challenge",
    "S256 of the client's PKCE verifier.",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    true,
  ),
  parameter("code_challenge_method", "`S256`.", "S256", true),
  parameter("state", "The client's own, given back unchanged.", "af0ifjsldkj"),
  parameter("scope", "Of `openid`, `profile` and `email`.", "openid profile"),
  parameter("nonce", "For the id token to carry.", "n-0S6_WzA2Mj"),
  parameter("provider", "A way in, where the player has chosen one already.", "google"),
];
