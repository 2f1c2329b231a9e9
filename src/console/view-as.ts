import type { By } from "../audit/event";
import type { Clock } from "../clock";
import { ApiError } from "../errors";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import { type User, userModel } from "../users/model";
import { toUser } from "../users/to-user";
import type { ViewAsTokens, Viewing } from "../view-as/view-as-token";
import type { ConsoleSessions } from "./session";
import { viewAsPage } from "./view-as-page";
import type { Visit } from "./visit";

export type ViewDeps = { clock: Clock; stores: Pick<Stores, "audit" | "users">; viewAsTokens: ViewAsTokens };

/**
 * Shows what a player sees, and a token to read on with. The audit has it before anybody sees it.
 * @throws {ApiError} not_found
 */
export async function viewAs(
  { clock, stores, viewAsTokens }: ViewDeps,
  visit: Visit,
  userId: number,
  by: By,
): Promise<Response> {
  const user = await stores.users.find(userId);
  if (!user) throw new ApiError("not_found");
  await stores.audit.append(newUuidv7(clock), { action: "view_as", userId, ...by });
  const { user: viewer, sessionId } = visit.staff;
  const token = await viewAsTokens.issue({ userId, staffId: viewer.id, sessionId });
  return viewAsPage(visit, asTold(toUser(user)), token);
}

/** A user as answers have them: what the schema does not name does not leave the server. */
function asTold(user: User): User {
  const names = Object.keys(userModel.properties) as (keyof User)[];
  return Object.fromEntries(names.map((name) => [name, user[name]])) as User;
}

/** Whether the one who looks is signed in to the console yet, and an admin. */
export function createMayView(consoleSessions: ConsoleSessions): (viewing: Viewing) => Promise<boolean> {
  return async ({ sessionId, staffId }) =>
    (await consoleSessions.alive({ sessionId, userId: staffId }))?.role === "admin";
}
