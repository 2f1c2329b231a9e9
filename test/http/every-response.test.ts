import { expect, test } from "bun:test";
import { signIn } from "../support/players";
import { type Answer, bearer, get, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const SANE = /^[A-Za-z0-9._-]{1,64}$/;

onEachDatabase((at) => {
  /** One answer of every status that this server gives without help. */
  const answers = async (): Promise<[what: string, answer: Answer][]> => {
    const { server } = at;
    const session = await signIn(server);
    const other = await signIn(server);
    const as = bearer(session);
    return [
      ["200 login", await post(server, "/api/login", { access_token: await accessToken() })],
      ["200 refresh", await post(server, "/api/refresh", { refresh_token: session.refresh_token })],
      ["200 me", await get(server, "/api/me", as)],
      ["200 picture", await post(server, "/api/update_picture", { new_picture: null }, as)],
      ["200 logout", await post(server, "/api/logout", { refresh_token: other.refresh_token })],
      ["400 malformed", await post(server, "/api/refresh", "{")],
      ["400 missing", await post(server, "/api/refresh", {})],
      ["401 no token", await get(server, "/api/me")],
      ["401 bad token", await get(server, "/api/me", bearer("abc"))],
      ["401 dead token", await post(server, "/api/refresh", { refresh_token: "abc" })],
      ["401 Google", await post(server, "/api/login", { access_token: "abc" })],
      ["404", await get(server, "/api/nothing")],
      ["405", await get(server, "/api/login")],
      ["409", await post(server, "/api/update_username", { new_username: other.user.name }, as)],
      ["413", await post(server, "/api/refresh", { refresh_token: "x".repeat(20_000) })],
      ["415", await post(server, "/api/refresh", "{}", { "content-type": "text/plain" })],
      ["422", await post(server, "/api/update_username", { new_username: "A" }, as)],
    ];
  };
  const accessToken = async () => {
    const response = await fetch(`${at.server.google.origin}/local/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account: "ada" }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };

  test("every answer is JSON in UTF-8, has a request id of its own and S42 is not stored", async () => {
    const all = await answers();
    for (const [what, { status, headers, text }] of all) {
      expect(`${status} ${what}`).toStartWith(`${what.slice(0, 3)} ${what}`);
      expect(headers.get("content-type")).toMatch(/^application\/json(; ?charset=utf-8)?$/i);
      expect(() => JSON.parse(text)).not.toThrow();
      expect(headers.get("x-request-id")).toMatch(SANE);
      expect(headers.get("cache-control")).toBe("no-store");
    }
    expect(new Set(all.map(([, { headers }]) => headers.get("x-request-id"))).size).toBe(all.length);
  });

  test("every error has the body of docs/wire.md and tells nothing of what was sent", async () => {
    for (const [what, answer] of await answers()) {
      if (what.startsWith("200")) continue;
      const { status, code, message, request_id, fields, reason, ...rest } = answer.body;
      expect({ what, status, rest: rest as object }).toEqual({ what, status: "error" as never, rest: {} });
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(message).toMatch(/^[A-Z][^\n]*\.$/);
      expect(request_id).toBe(answer.headers.get("x-request-id") ?? "");
      expect(fields === undefined).toBe(answer.status !== 400);
      expect(reason === undefined).toBe(answer.status !== 422);
      // A request id is hexadecimal, and may well have "abc" in it.
      const told = answer.text.replace(request_id, "");
      expect(told).not.toMatch(/abc|xxx|\bat \S+:\d+|Error:/);
    }
  });

  test("a 401 carries the challenge of RFC 6750", async () => {
    for (const [, { status, headers, body }] of await answers()) {
      const expected = { invalid_token: 'Bearer error="invalid_token"' }[body.code] ?? "Bearer";
      expect(headers.get("www-authenticate")).toBe(status === 401 ? expected : null);
    }
  });

  test("unknown members of a body are ignored", async () => {
    const session = await signIn(at.server);
    const body = { refresh_token: session.refresh_token, later: { version: [1] } };
    expect((await post(at.server, "/api/refresh", body)).status).toBe(200);
  });

  test.each(["abc", "A.b_c-9", "x".repeat(64)])("a sane x-request-id is taken over: %s", async (id) => {
    const answer = await get(at.server, "/api/me", { "x-request-id": id });
    expect(answer.headers.get("x-request-id")).toBe(id);
    expect(answer.body.request_id).toBe(id);
  });

  test.each(["", "a b", "x".repeat(65), "a\tb", "ü", '"', "{}", "a;b"])(
    "another x-request-id is replaced: %j",
    async (id) => {
      const answer = await get(at.server, "/api/me", { "x-request-id": id });
      expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    },
  );

  test("x-request-id is on every answer, those for health and nowhere included", async () => {
    for (const path of ["/health/live", "/health/ready", "/nowhere", "/.well-known/jwks.json"]) {
      expect((await get(at.server, path)).headers.get("x-request-id")).toMatch(SANE);
    }
    const preflight = await send(at.server, "/api/me", {
      method: "OPTIONS",
      headers: { origin: "https://game.example", "access-control-request-method": "GET" },
    });
    expect(preflight.headers.get("x-request-id")).toMatch(SANE);
  });
});
