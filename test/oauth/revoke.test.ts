import { describe, expect, test } from "bun:test";
import { FORUM, postForm, tokensOf, withClients } from "../support/oauth";
import { signIn } from "../support/players";
import { bearer, expectError, get } from "../support/requests";
import { onEachDatabase } from "../support/suite";

describe("/oauth/revoke", () => {
  onEachDatabase(
    (at) => {
      const revoke = (token: string, client_id = "game", more: Record<string, string> = {}) =>
        postForm(at.server, "/oauth/revoke", { token, client_id, ...more });

      test.each(["refresh_token", "access_token"] as const)(
        "an %s ends its session at once",
        async (kind) => {
          const tokens = await tokensOf(at.server);
          expect((await get(at.server, "/api/me", bearer(tokens))).status).toBe(200);
          const answer = await revoke(tokens[kind]);
          expect([answer.status, answer.body as object]).toEqual([200, {}]);
          expectError(await get(at.server, "/api/me", bearer(tokens)), "invalid_token");
          expect((await revoke(tokens[kind])).status).toBe(200);
        },
      );

      test("a wrong hint does no harm, and no token is no error", async () => {
        const tokens = await tokensOf(at.server);
        expect((await revoke(tokens.refresh_token, "game", { token_type_hint: "access_token" })).status).toBe(
          200,
        );
        expectError(await get(at.server, "/api/me", bearer(tokens)), "invalid_token");
        for (const token of ["x", "a.b.c", "é"]) expect((await revoke(token)).status).toBe(200);
      });

      test("another client's token is refused, and lives on", async () => {
        const tokens = await tokensOf(at.server);
        for (const token of [tokens.refresh_token, tokens.access_token]) {
          const answer = await revoke(token, FORUM.client_id);
          expect([answer.status, answer.body.error]).toEqual([400, "invalid_grant"]);
        }
        expect((await get(at.server, "/api/me", bearer(tokens))).status).toBe(200);
      });

      test("a session of the game's own endpoints is the game's", async () => {
        const session = await signIn(at.server);
        expect((await revoke(session.refresh_token)).status).toBe(200);
        expectError(await get(at.server, "/api/me", bearer(session)), "invalid_token");
      });

      test("without a token or a client it is refused", async () => {
        expect((await postForm(at.server, "/oauth/revoke", { client_id: "game" })).body.error).toBe(
          "invalid_request",
        );
        expect((await postForm(at.server, "/oauth/revoke", { token: "x" })).body.error).toBe(
          "invalid_client",
        );
      });
    },
    { adjust: withClients },
  );
});
