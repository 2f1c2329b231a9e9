import { expect, test } from "bun:test";
import { expectError, get, send } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  test.each([
    ["PUT", "/api/login", "POST"],
    ["GET", "/api/login", "POST"],
    ["DELETE", "/api/refresh", "POST"],
    ["GET", "/api/logout", "POST"],
    ["PATCH", "/api/update_username", "POST"],
    ["GET", "/api/update_picture", "POST"],
    ["POST", "/api/me", "DELETE, GET, HEAD"],
    ["POST", "/health/live", "GET, HEAD"],
    ["DELETE", "/health/ready", "GET, HEAD"],
    ["POST", "/.well-known/jwks.json", "GET, HEAD"],
  ])("S51 %s %s is a 405 that allows %s", async (method, path, allow) => {
    const answer = await send(at.server, path, { method });
    expectError(answer, "method_not_allowed");
    expect(answer.headers.get("allow")).toBe(allow);
  });

  test("S51 a wrong method is refused before its body is looked at", async () => {
    const answer = await send(at.server, "/api/me", { method: "POST", body: "{", headers: {} });
    expectError(answer, "method_not_allowed");
  });

  test("HEAD answers like GET, without a body", async () => {
    const answer = await send(at.server, "/health/live", { method: "HEAD" });
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });

  test.each([
    "/api",
    "/api/",
    "/api/logins",
    "/api/me/7",
    "/login",

    "/.env",
    "/api/login/../x",
  ])("%s is a 404", async (path) => {
    expectError(await get(at.server, path), "not_found");
  });
});
