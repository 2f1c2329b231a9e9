import { ApiError } from "../errors";
import { ANSWER_TIMEOUT_MS, boundedFetch, MAXIMUM_ANSWER_BYTES } from "./bounded-fetch";
import type { Fetch } from "./provider";
import { ProviderTurns } from "./provider-turns";
import { refusal } from "./refusals";
import type { Deadline } from "./sign-in-deadline";

/** What a provider answered: a JSON object. */
export type ProviderAnswer = { status: number; body: Record<string, unknown>; headers: Headers };

/** The same from an interface that does not speak JSON. */
export type ProviderText = { status: number; text: string; headers: Headers };

export type ProviderApi = {
  /**
   * Asks the provider one question.
   * @returns its answer below 500, whatever the status; what a refusal means is the provider's file's to say
   * @throws {ApiError} provider_unavailable_now for no answer in time, 408, 429, 5xx, a redirect, and what is no JSON object
   */
  ask(inTime: Deadline, url: string | URL, init?: RequestInit): Promise<ProviderAnswer>;
  /** As {@link ProviderApi.ask}, for an answer that is any text. */
  askForText(inTime: Deadline, url: string | URL, init?: RequestInit): Promise<ProviderText>;
};

/** How a provider's HTTP interface is asked: 5 s and 64 KiB an answer, no retry, no redirect followed. */
export function createProviderApi(provider: string, fetch: Fetch): ProviderApi {
  const bounded = boundedFetch(fetch, MAXIMUM_ANSWER_BYTES);
  const turns = new ProviderTurns(provider);
  const unavailable = (cause: unknown) => refusal(provider, "unavailable", { cause });

  const send = async (url: string | URL, init: RequestInit): Promise<ProviderText> => {
    const response = await bounded(url, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { status, headers } = response;
    const isAnswer = status === 200 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
    if (!isAnswer) throw unavailable(`http_${status}`);
    return { status, headers, text: await response.text() };
  };

  const askForText: ProviderApi["askForText"] = (inTime, url, init = {}) =>
    turns
      .ask(inTime, () => send(url, init))
      .catch((error): never => {
        throw error instanceof ApiError ? error : unavailable(error);
      });

  return {
    async ask(inTime, url, init) {
      const { text, ...answer } = await askForText(inTime, url, init);
      const body = parsed(text);
      // A refusal may be a page: its status says enough.
      if (typeof body === "object" && body !== null)
        return { ...answer, body: body as Record<string, unknown> };
      if (answer.status === 200) throw unavailable("not_json");
      return { ...answer, body: {} };
    },
    askForText,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
