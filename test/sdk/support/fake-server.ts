import type { FakeClock } from "./fake-clock.ts";

export const BACKEND = "https://accounts.test";

export interface SeenRequest {
  readonly path: string;
  readonly url: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string | null;
}

export type Fault = (request: SeenRequest) => Response | Promise<Response> | undefined;

export const ADA = {
  id: 7,
  name: "Ada",
  email: "ada@example.com",
  picture: null as string | null,
  stars: 3,
  level: 2,
  guest: false,
  providers: ["google"] as string[],
  roles: ["player"] as string[],
};

/** The account server's answers in memory, for tests that need each fault at an exact moment. */
export class FakeServer {
  readonly requests: SeenRequest[] = [];
  user = { ...ADA };
  expiresIn = 3600;
  /** Steps in before the real answer; undefined lets the request through. */
  fault: Fault = () => undefined;
  #sessions = 0;
  /** Session number and generation of every token. */
  #generation = new Map<number, number>();
  #issued = new Map<string, number>();

  constructor(private readonly clock: FakeClock) {}

  readonly fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const text = await request.text();
    const seen: SeenRequest = {
      path: new URL(request.url).pathname,
      url: request.url,
      body: text ? JSON.parse(text) : {},
      authorization: request.headers.get("authorization"),
    };
    this.requests.push(seen);
    const { signal } = init ?? request;
    signal?.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
    const fault = await Promise.race([this.fault(seen), aborted]);
    return fault ?? this.#answer(seen);
  };

  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  get refreshes(): number {
    return this.count("/api/refresh");
  }

  /** Ends every session at once, as an administrator would. */
  revokeAll(): void {
    this.#generation.clear();
  }

  /** Ends the access tokens issued so far, and nothing else. */
  forgetAccessTokens(): void {
    this.#issued.clear();
  }

  signIn(): Record<string, unknown> {
    this.#generation.set(++this.#sessions, 1);
    return this.#session(this.#sessions);
  }

  #answer({ path, body, authorization }: SeenRequest): Response {
    if (path === "/api/login") return ok(this.signIn());
    if (path === "/api/refresh") return this.#refresh(String(body.refresh_token));
    if (path === "/api/logout") {
      this.#generation.delete(numbersOf(String(body.refresh_token))[0]);
      return ok({});
    }
    const expires = this.#issued.get(authorization?.slice("Bearer ".length) ?? "") ?? 0;
    if (expires <= this.clock.monotonic()) return refusal(401, "invalid_token");
    if (path === "/api/update_username") this.user = { ...this.user, name: String(body.new_username) };
    if (path === "/api/update_picture")
      this.user = { ...this.user, picture: body.new_picture as string | null };
    return ok({ user: this.user });
  }

  #refresh(token: string): Response {
    const [session, generation] = numbersOf(token);
    const current = this.#generation.get(session);
    if (current === undefined || generation < current - 1) {
      this.#generation.delete(session);
      return refusal(401, "invalid_grant");
    }
    this.#generation.set(session, generation + 1);
    return ok(this.#session(session));
  }

  #session(session: number): Record<string, unknown> {
    const name = `${session}.${this.#generation.get(session)}`;
    this.#issued.set(`access-${name}`, this.clock.monotonic() + this.expiresIn * 1000);
    return {
      user: this.user,
      access_token: `access-${name}`,
      refresh_token: `refresh-${name}`,
      token_type: "Bearer",
      expires_in: this.expiresIn,
    };
  }
}

export function ok(body: Record<string, unknown>): Response {
  return Response.json({ status: "success", ...body });
}

export function refusal(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { status: "error", code, message: `Refused: ${code}.`, request_id: "request-1" };
  return Response.json(body, { status, headers });
}

export const offline: Fault = () => Promise.reject(new TypeError("fetch failed"));

function numbersOf(token: string): [session: number, generation: number] {
  const [session, generation] = token.replace("refresh-", "").split(".").map(Number);
  return [session ?? 0, generation ?? 0];
}
