import type { AccountError } from "../errors.ts";
import type { Answer } from "../http.ts";
import { parseConflict } from "../identity-conflict.ts";
import { parseUser, type UserInfo } from "../user.ts";
import type { Host } from "./host.ts";

/** A request that answers with the player as they are then. @throws AccountError */
export async function changeUser(
  { AccountError, request, currentSession, store }: Host,
  method: string,
  path: string,
  body?: Answer,
): Promise<UserInfo> {
  const answer = await request(method, path, body).catch(tellMore);
  const user = parseUser(answer.user);
  if (!user) throw new AccountError("invalid_response", "The answer carries no player.");
  const session = currentSession.value;
  if (session?.user.id === user.id) {
    await store.swap(session.refreshToken, (stored) => ({ ...stored, user }));
    const { value } = currentSession;
    if (value?.user.id === user.id) currentSession.replace({ ...value, user });
  }
  return user;
}

/** Gives the player one more way in. @throws AccountError */
export async function linkWith(host: Host, proof: Answer): Promise<UserInfo> {
  return changeUser(host, "POST", "/api/identities", proof);
}

/** What of the answer games get in a shape of its own. */
function tellMore(error: AccountError): never {
  const answer = (error.answer ?? {}) as Parameters<typeof parseConflict>[0] & { next_change_at?: string };
  throw Object.assign(
    error,
    answer.ticket ? { conflict: parseConflict(answer) } : {},
    answer.next_change_at ? { nextChangeAt: new Date(answer.next_change_at) } : {},
  );
}
