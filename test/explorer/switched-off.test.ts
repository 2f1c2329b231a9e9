import { describe, expect, test } from "bun:test";
import { expectError, get, send } from "../support/requests";
import { onEmbedded } from "../support/suite";

describe("with server.explorer off", () => {
  onEmbedded(
    (at) => {
      test.each([
        "/swagger",
        "/swagger/",
        "/swagger/json",
        "/openapi.json",
        "/swagger/scalar.js",
        "/swagger/account-sdk.js",
      ])("%s is not there", async (path) => {
        expectError(await get(at.server, path), "not_found");
      });

      test("everything else is", async () => {
        expectError(await get(at.server, "/api/me"), "unauthorized");
        expect((await send(at.server, "/play/account-sdk.js")).status).toBe(200);
      });
    },
    { adjust: (config) => ({ ...config, server: { ...config.server, explorer: false } }) },
  );
});
