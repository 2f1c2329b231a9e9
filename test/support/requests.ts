import { expect } from "bun:test";
import { ERRORS, type ErrorCode } from "../../src/errors";
import type { SessionAnswer } from "../../src/session/model";
import type { User } from "../../src/users/model";

/** The members any of our answers may have; a test looks at those it expects. */
export type AnswerBody = SessionAnswer & {
  user: User;
  code: string;
  message: string;
  request_id: string;
  reason: string;
  fields: { path: string; message: string }[];
  keys: Record<string, string>[];
  identities: { provider: string; name: string | null; linked_at: string; last_used_at: string }[];
  changes: {
    id: string;
    kind: string;
    providers: string[];
    user_id: number | null;
    created_at: string;
    undo_until: string;
    undone_at: string | null;
  }[];
  /** Of a conflict between two players. */
  ticket: string;
  mine: Partial<User>;
  theirs: Partial<User>;
  transfer_code: string;
};

export type Answer = { status: number; headers: Headers; text: string; body: AnswerBody };

type Target = { origin: string };

/** One request over real HTTP, its answer read whole. */
export async function send(server: Target, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(server.origin + path, { redirect: "manual", ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** POSTs JSON; a string is sent as it stands. */
export function post(
  server: Target,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(server, path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

export function get(server: Target, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send(server, path, { headers });
}

export function bearer(session: { access_token: string } | string): { authorization: string } {
  return { authorization: `Bearer ${typeof session === "string" ? session : session.access_token}` };
}

/** Checks status, headers and the whole body of an error; `extra` are the members beside the four. */
export function expectError(answer: Answer, code: ErrorCode, extra: Record<string, unknown> = {}): void {
  const [status] = ERRORS[code];
  expect(answer.body).toEqual({
    status: "error",
    code,
    message: expect.stringMatching(/^[A-Z].*[.]$/),
    request_id: answer.headers.get("x-request-id"),
    ...extra,
  } as unknown as AnswerBody);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.headers.get("www-authenticate")).toBe(challengeOf(status, code));
  const retryAfter = answer.headers.get("retry-after");
  if (status === 429 || status === 503) expect(retryAfter).toMatch(/^[1-9]\d*$/);
  else expect(retryAfter).toBeNull();
}

/** A 400 that names these fields. */
export function expectInvalid(answer: Answer, ...paths: string[]): void {
  expectError(answer, "validation_failed", { fields: expect.any(Array) });
  expect([...new Set(answer.body.fields.map(({ path }) => path))]).toEqual(paths);
}

/** RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3. */
function challengeOf(status: number, code: ErrorCode): string | null {
  if (status !== 401) return null;
  if (code === "invalid_dpop_proof") return 'DPoP error="invalid_dpop_proof", algs="ES256"';
  if (code === "reauth_required") return 'Bearer error="insufficient_user_authentication", max_age="600"';
  return code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer";
}

function parsed(text: string): AnswerBody {
  try {
    return JSON.parse(text);
  } catch {
    return {} as AnswerBody;
  }
}
