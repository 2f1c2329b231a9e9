import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AuthorizationServer } from "oauth4webapi";
import type { RunningStandIns } from "../../../src/stand-ins/start";
import { begin, discover, REDIRECT_URI, startOpenid } from "./support";

let standIns: RunningStandIns;
let server: AuthorizationServer;
beforeAll(async () => {
  standIns = startOpenid().standIns;
  server = await discover(standIns);
});
afterAll(() => standIns.stop());

async function ask(changes: Record<string, string | undefined>): Promise<Response> {
  return fetch((await begin(server, { state: "the state", ...changes })).url, { redirect: "manual" });
}

test("the picker says which provider it is not", async () => {
  const response = await ask({});
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("<strong>Local sign-in – not a real issuer</strong>");
});

test("a picker of another origin's page is refused", async () => {
  const { url } = await begin(server);
  const body = new URLSearchParams({ account: "ada" });
  const headers = { origin: "https://evil.example" };
  expect((await fetch(url, { method: "POST", body, headers, redirect: "manual" })).status).toBe(403);
});

describe("a bad request goes back to the client, with its state and the issuer's name", () => {
  test.each([
    ["a scope without openid", "invalid_scope", { scope: "email" }],
    ["no scope", "invalid_request", { scope: undefined }],
    ["the implicit flow", "unsupported_response_type", { response_type: "token" }],
    ["an unknown response_mode", "invalid_request", { response_mode: "form_post" }],
    ["PKCE's plain method", "invalid_request", { code_challenge_method: "plain" }],
    ["prompt none with another", "invalid_request", { prompt: "none login" }],
    ["a request object", "request_not_supported", { request: "eyJ" }],
    [
      "a request object elsewhere",
      "request_uri_not_supported",
      { request_uri: "https://game.example/request" },
    ],
    ["prompt none", "login_required", { prompt: "none" }],
  ])("%s", async (_, error, changes) => {
    const response = await ask(changes);
    const location = new URL(response.headers.get("location") ?? "");
    expect(location.origin + location.pathname).toBe(REDIRECT_URI);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error,
      state: "the state",
      iss: server.issuer,
    });
  });
});

describe("a wrong client or redirect is an error page", () => {
  test.each([
    ["no client_id", { client_id: undefined }],
    ["no redirect_uri", { redirect_uri: undefined }],
    ["http to another machine", { redirect_uri: "http://game.example/callback" }],
  ])("%s", async (_, changes) => {
    const response = await ask(changes);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toStartWith("text/html");
  });
});
