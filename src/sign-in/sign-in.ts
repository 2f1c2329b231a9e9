import type { Clock } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedLogin } from "../identity/claims";
import type { Log } from "../log/log";
import type { SessionAnswer } from "../session/model";
import type { NewSession, SessionStatements, UserRow } from "../session/store";
import { sessionAnswer, type Tokens } from "../session/token-response";
import { isNameTaken } from "../users/rename";
import { firstNames } from "../users/suggested-names";

export type LoginDeps = { sessions: SessionStatements; tokens: Tokens; log: Log; clock: Clock };

/** Signs a verified player in on a device of their own, and up on the first time. */
export async function login(
  deps: LoginDeps,
  player: VerifiedLogin,
  device: string | undefined,
  context: RequestContext,
): Promise<SessionAnswer> {
  const opening = {
    sessionId: Bun.randomUUIDv7("hex", deps.clock.now()),
    device: device ?? null,
    ip: context.ip,
  };
  const { user, isNew } = await openSession(deps.sessions, player, opening);
  if (!isNew) await deps.sessions.evictIdlest(user.id);
  const details = { userId: user.id, sessionId: opening.sessionId, device, ...context };
  if (isNew) deps.log.event("new_player", { ...details, username: user.name });
  deps.log.event("login", details);
  return sessionAnswer(deps.tokens, user, { sessionId: opening.sessionId, generation: 0 });
}

type Opened = { user: UserRow; isNew: boolean };

async function openSession(
  sessions: SessionStatements,
  player: VerifiedLogin,
  opening: NewSession,
): Promise<Opened> {
  const known = await sessions.signIn(player, opening);
  if (known) return { user: known, isNew: false };
  const enrolled = await enroll(sessions, player, opening);
  if (enrolled) return { user: enrolled, isNew: true };
  const sameMoment = await sessions.signIn(player, opening);
  if (sameMoment) return { user: sameMoment, isNew: false };
  throw new ApiError("account_disabled");
}

async function enroll(
  sessions: SessionStatements,
  player: VerifiedLogin,
  opening: NewSession,
): Promise<UserRow | null> {
  const { givenName, picture } = await player.loadProfile();
  const names = firstNames(givenName, Math.random);
  for (;;) {
    const username = names.next().value;
    try {
      return await sessions.enroll({ ...player, ...username, picture: picture ?? null }, opening);
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
  }
}
