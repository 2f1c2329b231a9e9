import type { Identity } from "../identity/provider";
import type { IdentityStore } from "../identity/store";
import type { Limits } from "../limits/limits";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import type { PlayerPage } from "../oauth/player-page";
import { staffRole } from "../roles/role";
import type { SessionStore } from "../session/store";
import type { UserStore } from "../users/store";
import { CONSOLE_CLIENT_ID, type ConsoleSessions } from "./session";
import { noRolePage, notSignedInPage, signedInPage } from "./sign-in-page";
import type { Call } from "./visit";

/** Where the browser comes back to from the provider. */
export const RETURN_PATH = "/console/return";

/** What is asked for who they are. */
export type ConsolePlayerPage = PlayerPage<{
  /** Where it goes on to: of the console, below this server's path. */
  next: string;
  /** The session that the browser had, which ends with this sign-in; its cookie does not come along from the provider. */
  replaces: string | null;
}>;

export type ConsoleSignInDeps = {
  consolePlayerPage: ConsolePlayerPage;
  consoleSessions: ConsoleSessions;
  identities: IdentityStore;
  limits: Limits;
  log: Log;
  sessions: SessionStore;
  users: UserStore;
};

/**
 * Goes on once somebody has said who they are: opens a session of the console for one of the studio's people, in place of
 * that which their browser had. Nobody becomes a player here.
 * @throws {ApiError} authorization_expired, as {@link PlayerPage.told}
 */
export async function finishSignIn(deps: ConsoleSignInDeps, call: Call): Promise<Response> {
  const { consolePlayerPage, consoleSessions, identities, limits, log, sessions } = deps;
  const { base, context } = call;
  const place = { base, visitor: null };
  const told = await consolePlayerPage.told(call, context);
  if ("error" in told) {
    await logRefusal(deps, "sign_in_failed", { reason: told.error, ...context });
    return notSignedInPage(place, told.error);
  }
  const { identity, sessionId, content } = told;
  await limits.signIn(identity.provider, identity.subject);
  const { userId, isStaff } = await standing(deps, identity);
  const device = "Console";
  const opening = { sessionId, device, ip: context.ip, clientId: CONSOLE_CLIENT_ID, scope: null, jkt: null };
  const opened = isStaff ? await identities.signIn(identity, opening) : null;
  if (!opened) {
    await logRefusal(deps, "sign_in_failed", {
      reason: "no_role",
      ...(userId !== null && { userId }),
      ...context,
    });
    return noRolePage(place, userId);
  }
  const session = { sessionId, userId: opened.user.id };
  if (opened.isOpened) {
    if (content.replaces !== null) await sessions.revoke(content.replaces);
    for (const evicted of await sessions.evictIdlest(session.userId, opened.openBefore))
      log.event("session_evicted", { userId: session.userId, sessionId: evicted, ...context });
    log.event("login", { ...session, device, client: "console", provider: identity.provider, ...context });
  }
  return signedInPage(place, base + content.next, await consoleSessions.keep(session));
}

async function standing({ identities, users }: ConsoleSignInDeps, { provider, subject }: Identity) {
  const userId = await identities.ownerOf(provider, subject);
  const user = userId === null ? null : await users.find(userId);
  return { userId, isStaff: user !== null && staffRole(user.roles.split(",")) !== null };
}
