import type { ProviderApi } from "./provider-api";
import type { Deadline } from "./sign-in-deadline";

/** Of what oauth4webapi hands to a fetch of one's own. */
type Question = {
  method: string;
  headers: Record<string, string>;
  body?: URLSearchParams | string | null | undefined;
};

export type OpenIdFetch = (url: string, question: Question) => Promise<Response>;

/** Lets oauth4webapi ask like everybody else here: a bounded answer, no redirect, within a sign-in's time. */
export function openIdFetch(api: ProviderApi, inTime: Deadline): OpenIdFetch {
  return async (url, { method, headers, body = null }) => {
    const answer = await api.ask(inTime, url, { method, headers, body });
    return Response.json(answer.body, { status: answer.status });
  };
}
