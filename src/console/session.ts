import type { Clock } from "../clock";
import { staffRole } from "../roles/role";
import type { KeyRing } from "../session/keys";
import { createSealer } from "../session/sealer";
import type { ConsoleLifetimes, SessionStore } from "../session/store";
import { createCookie } from "./cookie";
import type { Staff } from "./staff";

/** Of the sessions of the console; no client of `config.yml` can have an id with a colon. */
export const CONSOLE_CLIENT_ID = ":console";

const LIFETIMES: ConsoleLifetimes = { idleSeconds: 1_800, maxSeconds: 28_800, freshSeconds: 300 };

export type ConsoleSessions = {
  /** @returns the Set-Cookie header that keeps a session, opened for this player, in their browser */
  keep(session: ConsoleSession): Promise<string>;
  /** @returns the Set-Cookie header that takes it out again */
  forget(): string;
  /** The session that a browser says it has, without asking whether it lives. */
  named(headers: Headers): Promise<ConsoleSession | null>;
  /**
   * Who is signed in. The row is read every time: signing out, a ban, and a role that was taken end it at once.
   * @param isUsed whether somebody does something, which keeps the session from ending
   */
  find(headers: Headers, isUsed?: boolean): Promise<Staff | null>;
  /** The same of a session that is known by other means. */
  alive(session: ConsoleSession): Promise<Staff | null>;
};

export type ConsoleSession = { sessionId: string; userId: number };

/**
 * Sessions of the console: eight hours at most, half an hour without use. Each is a row among the player's sessions, where
 * they see and end it; no token is ever issued for it. The browser has its id, sealed.
 * @param publicUrl where players reach the server: over TLS the cookie is this very host's
 */
export function createConsoleSessions(
  { keyRing, clock, sessions }: { keyRing: KeyRing; clock: Clock; sessions: SessionStore },
  publicUrl: string | null,
): ConsoleSessions {
  const sealer = createSealer<ConsoleSession>(keyRing, "console session", LIFETIMES.maxSeconds, clock);
  const cookie = createCookie("console", publicUrl, LIFETIMES.maxSeconds);
  const staffOf = async (session: ConsoleSession, isUsed: boolean): Promise<Staff | null> => {
    const found = await sessions.findConsole(session, CONSOLE_CLIENT_ID, LIFETIMES, isUsed);
    const role = found && staffRole(found.user.roles.split(","));
    return role && { ...found, role, sessionId: session.sessionId };
  };
  const named = async (headers: Headers) => {
    const sealed = cookie.read(headers);
    const opened = sealed === null ? null : await sealer.open(sealed);
    return opened && { sessionId: opened.sessionId, userId: opened.userId };
  };
  return {
    keep: async ({ sessionId, userId }) => cookie.set(await sealer.seal({ sessionId, userId })),
    forget: () => cookie.clear(),
    named,
    async find(headers, isUsed = true) {
      const session = await named(headers);
      return session && staffOf(session, isUsed);
    },
    alive: (session) => staffOf(session, false),
  };
}
