import { ApiError } from "../errors";
import type { Player, ViewAs } from "../session/guard";
import type { UserStore } from "../users/store";
import type { ViewAsTokens, Viewing } from "./view-as-token";

export type ViewAsDeps = {
  viewAsTokens: ViewAsTokens;
  users: UserStore;
  /** Whether the one who looks is still signed in to the console, and may look. */
  mayView(viewing: Viewing): Promise<boolean>;
};

/**
 * The routes that show what a game shows its player. Any other is not for somebody else's eyes: the export has all that is
 * kept of a player in one file.
 */
export const SHOWN_ROUTES: readonly string[] = [
  "/api/me",
  "/api/me/events",
  "/api/sessions",
  "/api/identities",
  "/api/changes",
];

/** Reads as a player, and changes nothing, for one of the studio's people (RFC 8693 §4.1; RFC 9110 §9.2.1). */
export function createViewAs({ viewAsTokens, users, mayView }: ViewAsDeps): ViewAs {
  return async ({ headers, method }, route): Promise<Player | null> => {
    const [, token] = /^Bearer +([A-Za-z0-9._-]+)$/i.exec(headers.get("authorization") ?? "") ?? [];
    const viewing = token === undefined ? null : await viewAsTokens.verify(token);
    if (!viewing || !(await mayView(viewing))) return null;
    if (method !== "GET" && method !== "HEAD")
      throw new ApiError("insufficient_scope", {
        message: "With this token one looks, and changes nothing.",
      });
    if (!SHOWN_ROUTES.includes(route))
      throw new ApiError("insufficient_scope", {
        message: "This is for the player alone; with this token one sees what a game shows them.",
      });
    const user = await users.find(viewing.userId);
    return user && { user, sessionId: viewing.sessionId };
  };
}
