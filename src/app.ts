import { Elysia } from "elysia";
import { auditRoutes } from "./audit/routes";
import { createBrowserBinding } from "./authorization/browser-binding";
import { signInFailedPage } from "./authorization/page";
import { createRedirectUriCheck } from "./authorization/redirect-uri";
import { authorizationRoutes, POSTED_CALLBACK } from "./authorization/routes";
import { createStates } from "./authorization/state";
import type { Clock } from "./clock";
import type { Config } from "./config/config";
import type { Database } from "./db/database";
import { deviceAuthorizationRoute } from "./device/authorization-route";
import { deviceConfirmRoutes } from "./device/confirm-routes";
import { createDevicePages } from "./device/device-page";
import { deviceQrRoute } from "./device/qr-route";
import { DEVICE_PATH, DEVICE_RETURN_PATH, devicePageRoutes } from "./device/routes";
import { createUserCodes } from "./device/user-code";
import { createWaiting } from "./device/waiting";
import { createDpop } from "./dpop/dpop";
import { ApiError } from "./errors";
import { explorer } from "./explorer/plugin";
import { asHealthCheck } from "./health/balancer-check";
import { healthRoutes } from "./health/routes";
import { createAddressReader } from "./http/address";
import { createBodyReader } from "./http/body";
import { createContextReader } from "./http/context";
import { cors } from "./http/cors";
import { errorBody, errorHeaders, toApiError } from "./http/error-response";
import { logFailure } from "./http/failure";
import { hasSeveralHosts } from "./http/host-header";
import { allowedMethods } from "./http/methods";
import { withoutNullMembers } from "./http/null-members";
import { createOwnUrl } from "./http/own-url";
import { requestId } from "./http/request-id";
import { createSecurityHeaders } from "./http/security-headers";
import { isSignInPage } from "./http/sign-in-page";
import type { Providers } from "./identity/providers";
import { providerRoutes } from "./identity/routes";
import { createLimits, noLimits } from "./limits/limits";
import { logRefusal } from "./limits/refusal-log";
import type { LimitStore } from "./limits/store";
import { createConflictTickets } from "./linking/conflict-ticket";
import { linkingRoutes } from "./linking/routes";
import type { Log } from "./log/log";
import type { AuthorizationRequest } from "./oauth/authorization-request";
import { authorizeRoutes, CONSENT_PATH, SIGNED_IN_PATH } from "./oauth/authorize-routes";
import { createClients } from "./oauth/clients";
import { createConsentTickets } from "./oauth/consent-ticket";
import { createIdTokens } from "./oauth/id-token";
import { OAuthError, oauthChallenge, oauthErrorBody, toOAuthError } from "./oauth/oauth-error";
import { createPlayerPage } from "./oauth/player-page";
import { OAUTH_FORMS, oauthRoutes, USERINFO_PATH } from "./oauth/routes";
import { pictureRoutes } from "./pictures/routes";
import { play } from "./play/plugin";
import { createAccessTokens } from "./session/access-token";
import { deviceRoutes } from "./session/device-routes";
import { createAuthenticate, createGuard } from "./session/guard";
import { createIssuer } from "./session/issuer";
import { keyRoutes } from "./session/key-routes";
import type { KeyRing } from "./session/keys";
import { createRefreshKeyRing } from "./session/refresh-keys";
import { createRefreshTokens } from "./session/refresh-token";
import { sessionRoutes } from "./session/routes";
import { signInRoutes } from "./sign-in/routes";
import { createSigningKeys } from "./signing-keys/signing-keys";
import { createStores, createTransact } from "./stores";
import { transferRoutes } from "./transfer/routes";
import { createTransferCodes } from "./transfer/transfer-code";
import { UPDATE_PICTURE_BODY_BYTES } from "./users/model";
import { createNamePolicy } from "./users/name-policy";
import { userRoutes } from "./users/routes";

/** The world a server lives in; a test brings its own. */
export type Deps = {
  config: Config;
  database: Database;
  /** Where the limits on abuse count. */
  limitStore: LimitStore;
  keyRing: KeyRing;
  clock: Clock;
  log: Log;
  /** The ways in. */
  providers: Providers;
  /** Aborted when the process is about to end: what is half sent then is no longer waited for. */
  cutOff?: AbortSignal;
  /** Aborted when the process is told to end: nobody waits for a player any more. */
  ending?: AbortSignal;
};

/**
 * The whole server as a web-standard handler: `createApp(deps).fetch(request)`. It reads no environment, opens no file
 * or socket and starts no timer: all of that is its host's part, which also sets `app.server` so that addresses of
 * peers are known.
 *
 * ```ts
 * const app = createApp({ config, database, limitStore, keyRing, clock: systemClock, log, providers });
 * const response = await app.fetch(new Request("http://localhost/health/live"));
 * ```
 */
export function createApp({
  config,
  database,
  limitStore,
  keyRing,
  clock,
  log,
  providers,
  cutOff,
  ending,
}: Deps) {
  const issuer = createIssuer(config.server, () => app.server?.port);
  const tokens = {
    access: createAccessTokens(
      keyRing,
      {
        expiresInSeconds: config.security.accessTokenExpirySeconds,
        audience: config.security.audience,
        issuer,
      },
      clock,
    ),
    refresh: createRefreshTokens(createRefreshKeyRing(config.security.refreshTokens, keyRing)),
  };
  const stores = createStores(database, clock, config);
  const limits = config.limits.enabled ? createLimits(limitStore, config.guests) : noLimits;
  const readContext = createContextReader(
    createAddressReader(config.server.trustedProxies, (peer) =>
      log.warn(
        `X-Forwarded-For comes from ${peer}, which server.trusted_proxies does not name: all players behind it count as one address`,
      ),
    ),
  );
  const bodyRules = {
    maxima: { "/api/update_picture": UPDATE_PICTURE_BODY_BYTES },
    forms: [POSTED_CALLBACK, ...OAUTH_FORMS, CONSENT_PATH, DEVICE_PATH],
  };
  const readBody = createBodyReader(bodyRules, cutOff);
  const securityHeaders = createSecurityHeaders(config.server.publicUrl);
  const ownUrl = createOwnUrl(config.server);
  const dpop = createDpop({ authorizations: stores.authorizations, clock, keyRing, ownUrl });
  const clients = createClients(config.oauth);
  const authenticate = createAuthenticate(tokens.access, stores.sessions, dpop);
  const guard = createGuard(authenticate, clients.firstPartyIds);
  const binding = createBrowserBinding(config.server.publicUrl);
  const { accessTokenExpirySeconds, refreshTokenExpirySeconds, sessionMaxSeconds } = config.security;
  const idTokenKeys = createSigningKeys(
    { signingKeys: stores.signingKeys, keyRing, clock, onWarning: (line) => log.warn(line) },
    accessTokenExpirySeconds,
  );
  const common = {
    ...stores,
    authenticate,
    binding,
    clients,
    clock,
    conflictTickets: createConflictTickets(keyRing, clock),
    dpop,
    guard,
    guestsEnabled: config.guests.enabled,
    idTokenKeys,
    idTokens: createIdTokens(idTokenKeys, issuer.current, accessTokenExpirySeconds, clock),
    isAllowedRedirectUri: createRedirectUriCheck(config),
    keyRing,
    lifetimes: { idleSeconds: refreshTokenExpirySeconds, maxSeconds: sessionMaxSeconds },
    limits,
    log,
    namePolicy: createNamePolicy(config.names),
    ownUrl,
    providers,
    readContext,
    states: createStates(keyRing, clock),
    transferCodes: createTransferCodes(keyRing),
    tokens,
    transact: createTransact(database, clock, config),
    userCodes: createUserCodes(keyRing),
    waiting: createWaiting(stores.devices, ending),
  };
  const devicePage = {
    devicePages: createDevicePages(keyRing, clock, binding),
    devicePlayerPage: createPlayerPage<{ userCode: string }>(common, {
      purpose: "device player",
      path: DEVICE_RETURN_PATH,
    }),
  };
  const playerPage = createPlayerPage<AuthorizationRequest>(common, {
    purpose: "oauth authorization",
    path: SIGNED_IN_PATH,
  });
  const consentTickets = createConsentTickets(keyRing, binding, clock);

  const handle = (request: Request): Promise<Response> => Promise.resolve(app.fetch(request));

  // Elysia's "standard" host names have four letters or more; ours may be called "api".
  const app = new Elysia({ name: "account-server", strictPath: true, handler: { standardHostname: false } })
    .onRequest(({ request, set }) => {
      const url = URL.parse(request.url);
      const severalHosts = hasSeveralHosts(request.headers);
      const check = severalHosts ? null : asHealthCheck(request, url);
      if (check) return handle(check);
      set.headers["x-request-id"] = requestId(request.headers);
      if (url) Object.assign(set.headers, securityHeaders(url.pathname));
      if (severalHosts)
        throw new ApiError("validation_failed", { message: "The request has more than one Host header." });
      if (!url)
        throw new ApiError("validation_failed", { message: "The Host header is missing or malformed." });
      return undefined;
    })
    .use(cors(config))
    .onParse(async ({ request, contentType, route }) =>
      withoutNullMembers(await readBody(request, contentType, route), app, request.method, route),
    )
    .onError(async ({ error: thrown, code, path, request, route, server, set, status }) => {
      let error = toApiError(thrown, code);
      if (code === "NOT_FOUND") {
        const allow = allowedMethods(app, path);
        if (allow.length > 0) {
          error = new ApiError("method_not_allowed");
          set.headers.allow = allow.join(", ");
        }
      }
      const context = readContext({ request, route, server, set });
      if (error.status >= 500) logFailure(log, error, context);
      const refused = [401, 403, 429].includes(error.status) || isRefusedGrant(error);
      const signInFailed = isSignInPage(path) && !refused && code !== "NOT_FOUND";
      if (signInFailed) await logRefusal(common, "sign_in_failed", { reason: reasonOf(error), ...context });
      else if (refused || isRedirectRefused(error))
        await logRefusal(common, "refused", { code: reasonOf(error), ...context });
      Object.assign(set.headers, errorHeaders(error));
      if (isSignInPage(path)) return signInFailedPage(error);
      if (OAUTH_FORMS.includes(path)) {
        const oauthError = toOAuthError(error, path === USERINFO_PATH);
        const challenge = oauthChallenge(error, oauthError);
        if (challenge) set.headers["www-authenticate"] = challenge;
        else delete set.headers["www-authenticate"];
        return status(oauthError.status as 400, oauthErrorBody(oauthError));
      }
      return status(error.status as 400, errorBody(error, context.requestId));
    })
    .use(providerRoutes(common))
    .use(authorizationRoutes(common))
    .use(signInRoutes(common))
    .use(sessionRoutes({ ...common, clients: clients.firstPartyIds }))
    .use(deviceRoutes(common))
    .use(transferRoutes(common))
    .use(linkingRoutes(common))
    .use(deviceAuthorizationRoute(common))
    .use(devicePageRoutes({ ...common, ...devicePage }))
    .use(deviceQrRoute(common))
    .use(deviceConfirmRoutes(common))
    .use(userRoutes(common))
    .use(auditRoutes(common))
    .use(pictureRoutes(stores.pictures))
    .use(authorizeRoutes({ ...common, consentTickets, playerPage }))
    .use(oauthRoutes(common))
    .use(keyRoutes(common))
    .use(healthRoutes(database));
  if (config.server.explorer) app.use(explorer({ ownUrl }));
  if (config.mode === "development") app.use(play());
  return app;
}

export type App = ReturnType<typeof createApp>;

/** At `POST /api/login`, where it is one of many things that a body may have wrong. */
function isRedirectRefused({ cause }: ApiError): boolean {
  return cause === "redirect_uri_invalid";
}

/** OAuth answers with 400 where we would with 401. */
function isRefusedGrant(error: ApiError): boolean {
  return error instanceof OAuthError && ["invalid_client", "invalid_grant"].includes(error.error);
}

/** The cause where it says more than the code. */
function reasonOf({ code, cause }: ApiError): string {
  return typeof cause === "string" ? cause : code;
}
