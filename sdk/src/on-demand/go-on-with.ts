import type { Answer } from "../http.ts";
import type { UserInfo } from "../user.ts";
import type { Host } from "./host.ts";

/**
 * Goes on with the session in an answer: the same one as before, of another player perhaps. Every tab and process that
 * shares the store hears of it.
 *
 * @throws AccountError `invalid_response`, `not_logged_in` when it was ended meanwhile.
 */
export async function goOnWith({ http, refresher, store, load }: Host, answer: Answer): Promise<UserInfo> {
  const session = http.sessionIn(answer, refresher.required());
  await store.swap(session.refreshToken, () => session);
  await load();
  // A refresh at the same moment has replaced the token, and may have been answered before the player changed.
  for (let tries = 0; tries < 2 && refresher.required().user.id !== session.user.id; tries++) {
    await refresher.refresh();
  }
  return refresher.required().user;
}
