import type { ReadContext, RequestContext } from "../http/context";
import type { HostServer } from "../http/host-server";
import type { OwnUrl } from "../http/own-url";
import type { FormCheck } from "./form-check";
import type { Place } from "./layout";
import type { ConsoleSessions } from "./session";
import type { Staff } from "./staff";

/** What of Elysia's context the console reads; handlers name the parts one by one (`src/http/context.ts`). */
export type Parts = {
  request: Request;
  route: string;
  server: HostServer | null;
  set: { headers: Record<string, string | number | undefined> };
};

/** A request to the console, by whoever it is. */
export type Call = {
  request: Request;
  /** Where players reach this server (`OwnUrl`). */
  ownUrl: string;
  /** The path of that address, without a slash at the end. */
  base: string;
  context: RequestContext;
};

/** The same by one of the studio's people. */
export type Visit = Call & { staff: Staff; place: Place };

export type VisitDeps = {
  consoleSessions: ConsoleSessions;
  formCheck: FormCheck;
  ownUrl: OwnUrl;
  readContext: ReadContext;
};

export function callOf(
  { ownUrl, readContext }: Pick<VisitDeps, "ownUrl" | "readContext">,
  parts: Parts,
): Call {
  const url = ownUrl(parts.server?.port);
  return {
    request: parts.request,
    ownUrl: url,
    base: new URL(url).pathname.replace(/\/$/, ""),
    context: readContext(parts),
  };
}

/** @param isUsed whether somebody does something, which keeps their session from ending */
export async function visitOf(deps: VisitDeps, call: Call, isUsed = true): Promise<Visit | null> {
  const staff = await deps.consoleSessions.find(call.request.headers, isUsed);
  if (!staff) return null;
  return {
    ...call,
    staff,
    place: { base: call.base, visitor: { staff, formToken: deps.formCheck.token(staff.sessionId) } },
  };
}

/** A page of the console, or the way to sign in, from where it is gone on to. */
export async function forStaff(
  deps: VisitDeps,
  parts: Parts,
  show: (visit: Visit) => Response | Promise<Response>,
): Promise<Response> {
  const call = callOf(deps, parts);
  const visit = await visitOf(deps, call);
  if (visit) return show(visit);
  const { pathname, search } = new URL(parts.request.url);
  return redirect(`${call.base}/console/sign-in?${new URLSearchParams({ next: pathname + search })}`);
}

/** 303: what comes next is asked for, not posted once more. */
export function redirect(
  location: string,
  headers: readonly (readonly [name: string, value: string])[] = [],
): Response {
  return new Response(null, {
    status: 303,
    headers: [["location", location], ...headers.map(([name, value]): [string, string] => [name, value])],
  });
}

/** Where a sign-in goes on to: a page of the console, whatever it was asked to be. */
export function nextPath(wanted: string | null | undefined): string {
  return wanted && /^\/console(?:[/?][\w\-./?=&%+:@]*)?$/.test(wanted) && !wanted.includes("//")
    ? wanted
    : "/console";
}
