import { describe, expect, test } from "bun:test";
import { AccountError } from "../../sdk/src/errors.ts";
import { rejection } from "../support/rejection";
import { createGame, createSignedInGame } from "./support/game.ts";

/** As the server refuses at the door. */
function refuse(status: number, members: Record<string, unknown>, headers: Record<string, string> = {}) {
  const body = { status: "error", message: "Not now.", request_id: "request-1", ...members };
  return () => Response.json(body, { status, headers });
}

const MAINTENANCE = refuse(
  503,
  { code: "maintenance", message: "Back for tea.", until: "2026-12-01T14:00:00.000Z" },
  { "retry-after": "60" },
);
const OUTDATED = refuse(426, { code: "client_outdated", minimum: "1.4.0", url: "https://game.example/get" });

describe("What the server refuses at the door reaches the game whole, and the player stays signed in", () => {
  test("a maintenance, at a refresh", async () => {
    const { oauth, server, storage, events, clock } = await createSignedInGame();
    server.fault = MAINTENANCE;
    const error = await oauth.refreshTokens().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AccountError);
    expect(error).toMatchObject({
      code: "maintenance",
      message: "Back for tea.",
      status: 503,
      retryAfterSeconds: 60,
    });
    expect(error.answer).toMatchObject({ until: "2026-12-01T14:00:00.000Z" });
    expect([oauth.isLoggedIn(), storage.session === null, events.includes("logout")]).toEqual([
      true,
      false,
      false,
    ]);
    server.fault = () => undefined;
    // Calls in one moment share one answer.
    await clock.advance(300);
    expect(await oauth.refreshTokens()).toMatchObject({ id: 7 });
  });

  test("a game that is too old, at a refresh", async () => {
    const { oauth, server, storage } = await createSignedInGame();
    server.fault = OUTDATED;
    const error = await oauth.refreshTokens().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "client_outdated", status: 426 });
    expect(error.answer).toMatchObject({ minimum: "1.4.0", url: "https://game.example/get" });
    expect([oauth.isLoggedIn(), storage.session === null]).toEqual([true, false]);
  });

  test.each([
    ["maintenance", MAINTENANCE],
    ["client_outdated", OUTDATED],
  ])("%s, at a sign-in, which can be tried again", async (code, fault) => {
    const { oauth, server } = createGame();
    server.fault = fault;
    expect(await rejection(oauth.loginWithIdToken("id-token"))).toMatchObject({ code });
    server.fault = () => undefined;
    expect(await oauth.loginWithIdToken("id-token")).toMatchObject({ id: 7 });
  });

  test("terms that have to be accepted, at a rename", async () => {
    const { oauth, server } = await createSignedInGame();
    const terms = { version: "2026-11", url: "https://game.example/terms" };
    server.fault = refuse(403, { code: "terms_required", ...terms });
    const error = await oauth.updateUsername("Grace").catch((thrown) => thrown);
    expect(error.code).toBe("terms_required");
    expect(error.answer).toMatchObject(terms);
  });
});

test("of an answer that is no refusal of the server's nothing is in the error", async () => {
  const { oauth, server } = await createSignedInGame();
  server.fault = refuse(200, { access_token: "secret" });
  const error = await oauth.refreshTokens().catch((thrown) => thrown);
  expect([error.code, error.answer]).toEqual(["invalid_response", undefined]);
});

test("a game tells its version by a fetch of its own", async () => {
  const seen: (string | null)[] = [];
  const { oauth, server } = createGame({
    fetch: (input, init) => {
      const request = new Request(input, init);
      request.headers.set("x-client-version", "1.4.2");
      seen.push(request.headers.get("x-client-version"));
      return server.fetch(request);
    },
  });
  await oauth.loginWithIdToken("id-token");
  await oauth.refreshTokens();
  expect(seen).toEqual(["1.4.2", "1.4.2"]);
  expect(server.requests.map(({ path }) => path)).toEqual(["/api/login", "/api/refresh"]);
});
