import type { By } from "../audit/event";
import { ApiError } from "../errors";
import type { Limits } from "../limits/limits";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import type { Stores } from "../stores";
import { type DescribedPlayer, describePlayer } from "../studio/describe-player";
import type { StudioDeps } from "../studio/studio-deps";
import { ACTIONS, type ActionName, type Fields, reasonIn } from "./actions";
import type { Draft, Drafts } from "./draft";
import { FORM_TOKEN, type FormCheck, requireOwnPage } from "./form-check";
import { isGrave, whyNot } from "./permissions";
import { playerPage } from "./player-page";
import { confirmPage, signInOncePage } from "./problem-pages";
import { type ViewDeps, viewAs } from "./view-as";
import { type Call, redirect, type Visit, type VisitDeps, visitOf } from "./visit";

export type ActDeps = VisitDeps &
  ViewDeps &
  StudioDeps & {
    drafts: Drafts;
    formCheck: FormCheck;
    limits: Pick<Limits, "staffAction" | "refusalLine">;
    log: Log;
    roleNames: readonly string[];
    stores: Stores;
  };

/**
 * Does to a player what a form of the console asks for. A form that its sender may not send just now is kept through a
 * sign-in, and one that comes to nothing is shown again as it was filled in.
 * @throws {ApiError} authorization_expired for a form of another site's; not_found for no player
 */
export async function act(
  deps: ActDeps,
  call: Call,
  { userId, action }: { userId: number; action: ActionName },
  fields: Record<string, string>,
): Promise<Response> {
  requireOwnPage(call.request.headers, new URL(call.ownUrl).origin);
  const visit = await visitOf(deps, call);
  const { [FORM_TOKEN]: token, ...filledIn } = fields;
  const draft = { userId, action, fields: filledIn };
  if (!visit) return laterOn(deps, call, draft, true);
  if (!deps.formCheck.isOf(visit.staff.sessionId, token)) return confirmPage(visit, draft);
  const described = await describePlayer(deps.stores, userId);
  const again = (problem: string, status: number) =>
    playerPage(visit, described, { roleNames: deps.roleNames, tried: { action, fields, problem }, status });
  const forbidden = whyNot(visit.staff, intentOf(described, action, fields));
  if (forbidden !== null) {
    await logRefusal(deps, "refused", {
      code: "insufficient_scope",
      reason: action,
      userId: visit.staff.user.id,
      ...call.context,
    });
    return again(forbidden, 403);
  }
  if (isGrave(action, fields.until) && !visit.staff.isFresh) return laterOn(deps, call, draft, false);
  try {
    await deps.limits.staffAction(visit.staff.user.id);
    const done = await perform(deps, visit, described, action, fields);
    deps.log.event("staff_action", {
      userId,
      staffId: visit.staff.user.id,
      sessionId: visit.staff.sessionId,
      reason: action,
      ...call.context,
    });
    return done;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    await logRefusal(deps, "refused", {
      code: error.code,
      reason: action,
      userId: visit.staff.user.id,
      ...call.context,
    });
    return again(error.message, error.status);
  }
}

async function perform(
  deps: ActDeps,
  visit: Visit,
  { player }: DescribedPlayer,
  action: ActionName,
  fields: Fields,
): Promise<Response> {
  const { staff, context, base, request } = visit;
  const by: By = { actor: { kind: "staff", id: staff.user.id }, requestId: context.requestId };
  // A note is its own reason.
  if (action !== "note") by.reason = reasonIn(fields);
  const { run } = ACTIONS[action];
  if (run === null) return viewAs(deps, visit, player.id, by);
  await run(deps, player.id, fields, by);
  const dropped = deps.drafts.drop(request.headers);
  return redirect(
    `${base}/console/players/${player.id}?done=${action}`,
    dropped === null ? [] : [["set-cookie", dropped]],
  );
}

/** @throws {ApiError} not_found for a change that is not this player's */
function intentOf({ player, changes }: DescribedPlayer, action: ActionName, fields: Fields) {
  if (action !== "undo") return { action, player, until: fields.until };
  const change = changes.find(({ id }) => id === fields.change);
  if (!change) throw new ApiError("not_found");
  return { action, player, change };
}

/** @param isFirst whether they are not signed in at all */
async function laterOn(deps: ActDeps, call: Call, draft: Draft, isFirst: boolean): Promise<Response> {
  await logRefusal(deps, "refused", { code: isFirst ? "unauthorized" : "not_fresh", ...call.context });
  return signInOncePage({ base: call.base, visitor: null }, draft, isFirst, await deps.drafts.keep(draft));
}
