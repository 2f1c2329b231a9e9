import { AccountServerError } from "./error.ts";

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

export type Answer = Record<string, unknown>;

export type Connection = { backendUrl: string; key: string; fetch: Fetch; timeoutSeconds: number };

/**
 * Sends a request with the server's key, and gives back the answer's body.
 *
 * @throws AccountServerError
 */
export async function request(
  { backendUrl, key, fetch, timeoutSeconds }: Connection,
  method: string,
  path: string,
  body: Answer | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isForm = body instanceof URLSearchParams;
  const sent = fetch(backendUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      ...headers,
    },
    body: isForm ? String(body) : JSON.stringify(body),
    // The key is for this server alone.
    redirect: "error",
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  const [response, answer] = await sent
    .then(async (response) => [response, (await response.json().catch(() => null)) as unknown] as const)
    .catch((cause: unknown) => {
      throw new AccountServerError("network_error", "The account server cannot be reached.", { cause });
    });
  const fields = (typeof answer === "object" && answer ? answer : {}) as Answer;
  if (!response.ok) throw refusal(response, fields);
  if (answer === null) throw new AccountServerError("invalid_response", "The answer is no JSON.");
  return fields;
}

function refusal({ status, headers }: Response, answer: Answer): AccountServerError {
  const { code, error, message, error_description, player, fields, request_id } = answer;
  return new AccountServerError(
    String(code ?? error ?? "invalid_response"),
    String(message ?? error_description ?? `The account server answered ${status}.`),
    {
      status,
      ...(player ? { player: player as never } : {}),
      ...(fields ? { fields: fields as never } : {}),
      retryAfterSeconds: Number(headers.get("retry-after")) || undefined,
      requestId: request_id === undefined ? undefined : String(request_id),
    },
  );
}
