import { Elysia } from "elysia";
import { ageRoutes } from "./age/routes";
import { auditRoutes } from "./audit/routes";
import { createBrowserBinding } from "./authorization/browser-binding";
import { signInFailedPage } from "./authorization/page";
import { createRedirectUriCheck } from "./authorization/redirect-uri";
import { authorizationRoutes, POSTED_CALLBACK } from "./authorization/routes";
import { createStates } from "./authorization/state";
import { createIdentityHashes } from "./bans/identity-hashes";
import type { Clock } from "./clock";
import type { Config } from "./config/config";
import { createDrafts } from "./console/draft";
import { createFormCheck } from "./console/form-check";
import { problemPage } from "./console/problem-pages";
import { CONSOLE_BODY_BYTES, CONSOLE_FORMS, consoleRoutes } from "./console/routes";
import { createConsoleSessions } from "./console/session";
import { RETURN_PATH } from "./console/sign-in";
import { createMayView } from "./console/view-as";
import type { Database } from "./db/database";
import { deviceAuthorizationRoute } from "./device/authorization-route";
import { deviceConfirmRoutes } from "./device/confirm-routes";
import { createDevicePages } from "./device/device-page";
import { deviceQrRoute } from "./device/qr-route";
import { DEVICE_PATH, DEVICE_RETURN_PATH, devicePageRoutes } from "./device/routes";
import { createUserCodes } from "./device/user-code";
import { createWaiting } from "./device/waiting";
import { createDoor } from "./door/door";
import { createDpop } from "./dpop/dpop";
import { ApiError } from "./errors";
import { explorer } from "./explorer/plugin";
import { asHealthCheck } from "./health/balancer-check";
import { healthRoutes } from "./health/routes";
import { createAddressReader } from "./http/address";
import { answeredRequests, type OnAnswered } from "./http/answered-requests";
import { createBodyReader } from "./http/body";
import { isConsole } from "./http/console-path";
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
import { createJoinTickets } from "./join-tickets/join-ticket";
import { joinTicketRoutes } from "./join-tickets/routes";
import { leaversToo } from "./leaving/find-leaver";
import { leavingRoutes } from "./leaving/routes";
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
import { playerRoutes } from "./players/routes";
import { MATCH_BODY_BYTES } from "./progress/model";
import { progressRoutes } from "./progress/routes";
import { ADMIN, MODERATOR } from "./roles/role";
import { createServerGuard } from "./server-keys/server-guard";
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
import { termsRoutes } from "./terms/routes";
import { transferRoutes } from "./transfer/routes";
import { createTransferCodes } from "./transfer/transfer-code";
import { UPDATE_PICTURE_BODY_BYTES } from "./users/model";
import { createNamePolicy } from "./users/name-policy";
import { userRoutes } from "./users/routes";
import { createViewAs } from "./view-as/view-as";
import { createViewAsTokens } from "./view-as/view-as-token";

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
  /** Told of every request once it was answered. */
  onAnswered?: OnAnswered | undefined;
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
  onAnswered,
}: Deps) {
  const clients = createClients(config.oauth);
  const issuer = createIssuer(config.server, () => app.server?.port);
  const tokens = {
    access: createAccessTokens(
      keyRing,
      {
        expiresInSeconds: config.security.accessTokenExpirySeconds,
        audience: config.security.audience,
        issuer,
        firstPartyIds: clients.firstPartyIds,
      },
      clock,
    ),
    refresh: createRefreshTokens(createRefreshKeyRing(config.security.refreshTokens, keyRing)),
    ...config.door,
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
    maxima: {
      "/api/update_picture": UPDATE_PICTURE_BODY_BYTES,
      "/api/matches": MATCH_BODY_BYTES,
      ...CONSOLE_BODY_BYTES,
    },
    forms: [POSTED_CALLBACK, ...OAUTH_FORMS, CONSENT_PATH, DEVICE_PATH, ...CONSOLE_FORMS],
  };
  const readBody = createBodyReader(bodyRules, cutOff);
  const securityHeaders = createSecurityHeaders(config.server.publicUrl);
  const ownUrl = createOwnUrl(config.server);
  const dpop = createDpop({ authorizations: stores.authorizations, clock, keyRing, limits, ownUrl });
  const authenticate = createAuthenticate(tokens.access, stores.sessions, dpop);
  const consoleSessions = createConsoleSessions(
    { keyRing, clock, sessions: stores.sessions },
    config.server.publicUrl,
  );
  const viewAsTokens = createViewAsTokens(keyRing, { audience: config.security.audience, issuer }, clock);
  const mayView = createMayView(consoleSessions);
  const viewAs = createViewAs({ viewAsTokens, users: stores.users, mayView });
  const guardRules = { firstPartyIds: clients.firstPartyIds, terms: config.door.terms };
  const guard = createGuard(authenticate, { ...guardRules, ...(config.console.enabled && { viewAs }) });
  const binding = createBrowserBinding(config.server.publicUrl);
  const { accessTokenExpirySeconds, refreshTokenExpirySeconds, sessionMaxSeconds } = config.security;
  const idTokenKeys = createSigningKeys(
    { signingKeys: stores.signingKeys, keyRing, clock, onWarning: (line) => log.warn(line) },
    accessTokenExpirySeconds,
  );
  const common = {
    ...stores,
    ...config.door,
    authenticate,
    binding,
    clients,
    clock,
    conflictTickets: createConflictTickets(keyRing, clock),
    dpop,
    guard,
    atTheDoor: createDoor({ ...stores, clock }),
    graceSeconds: config.leaving.graceSeconds,
    guestsEnabled: config.guests.enabled,
    identityHashes: createIdentityHashes({
      bans: stores.bans,
      keyRing,
      clock,
      onWarning: (line) => log.warn(line),
    }),
    idTokenKeys,
    idTokens: createIdTokens(idTokenKeys, issuer.current, accessTokenExpirySeconds, clock),
    isAllowedRedirectUri: createRedirectUriCheck(config),
    joinTickets: createJoinTickets(idTokenKeys, issuer, clock),
    keyRing,
    leaversGuard: createGuard(createAuthenticate(tokens.access, leaversToo(stores), dpop), {
      ...guardRules,
      name: "leavers guard",
    }),
    lifetimes: { idleSeconds: refreshTokenExpirySeconds, maxSeconds: sessionMaxSeconds },
    limits,
    log,
    namePolicy: createNamePolicy(config.names),
    ownUrl,
    providers,
    readContext,
    serverGuard: createServerGuard({ ...stores, limits, readContext }),
    statRules: config.game.stats,
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
      const isAtTheDoor = error.code === "maintenance";
      if (error.status >= 500 && !isAtTheDoor) logFailure(log, error, context);
      const refused = [401, 403, 426, 429].includes(error.status) || isRefusedGrant(error) || isAtTheDoor;
      const formRefused = isConsole(path) && typeof error.cause === "string";
      const signInFailed = isSignInPage(path) && !refused && code !== "NOT_FOUND";
      if (signInFailed) await logRefusal(common, "sign_in_failed", { reason: reasonOf(error), ...context });
      else if (refused || formRefused || isRedirectRefused(error))
        await logRefusal(common, "refused", { code: reasonOf(error), ...context });
      Object.assign(set.headers, errorHeaders(error));
      if (isSignInPage(path)) return signInFailedPage(error);
      if (isConsole(path))
        return problemPage(new URL(ownUrl(server?.port)).pathname.replace(/\/$/, ""), error);
      if (OAUTH_FORMS.includes(path)) {
        const oauthError = toOAuthError(error, path === USERINFO_PATH);
        const challenge = oauthChallenge(error, oauthError);
        if (challenge) set.headers["www-authenticate"] = challenge;
        else delete set.headers["www-authenticate"];
        return status(oauthError.status as 400, oauthErrorBody(oauthError));
      }
      return status(error.status as 400, errorBody(error, context.requestId));
    })
    .use(onAnswered ? answeredRequests(onAnswered) : new Elysia({ name: "nobody is told" }))
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
    .use(leavingRoutes(common))
    .use(termsRoutes(common))
    .use(ageRoutes(common))
    .use(pictureRoutes(stores.pictures))
    .use(playerRoutes(common))
    .use(joinTicketRoutes(common))
    .use(progressRoutes(common))
    .use(authorizeRoutes({ ...common, consentTickets, playerPage }))
    .use(oauthRoutes(common))
    .use(keyRoutes(common))
    .use(healthRoutes(database));
  if (config.console.enabled)
    app.use(
      consoleRoutes({
        ...common,
        stores,
        consoleSessions,
        viewAsTokens,
        consolePlayerPage: createPlayerPage(common, { purpose: "console", path: RETURN_PATH }),
        drafts: createDrafts(keyRing, clock, config.server.publicUrl),
        formCheck: createFormCheck(keyRing),
        roles: config.roles,
        roleNames: [MODERATOR, ADMIN, ...config.roles.names],
      }),
    );
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
