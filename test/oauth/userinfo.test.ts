import { describe, expect, test } from "bun:test";
import { FORUM, tokensOf, withClients } from "../support/oauth";
import { signIn } from "../support/players";
import { bearer, get, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

describe("/oauth/userinfo", () => {
  onEachDatabase(
    (at) => {
      test("answers GET and POST alike", async () => {
        const tokens = await tokensOf(at.server, { ...FORUM, scope: "openid profile" }, "ada");
        const read = await get(at.server, "/oauth/userinfo", bearer(tokens));
        expect(JSON.parse(read.text)).toMatchObject({ name: "Ada", preferred_username: "Ada" });
        expect(read.text).not.toContain("email");
        const posted = await send(at.server, "/oauth/userinfo", { method: "POST", headers: bearer(tokens) });
        expect([posted.status, posted.text]).toEqual([200, read.text]);
      });

      test("an avatar's key, which the game alone knows, is no picture", async () => {
        const tokens = await tokensOf(at.server);
        await post(at.server, "/api/update_picture", { new_picture: "chef-hat" }, bearer(tokens));
        expect(JSON.parse((await get(at.server, "/oauth/userinfo", bearer(tokens))).text)).not.toHaveProperty(
          "picture",
        );
      });

      test("a token without openid is not enough, and none is a 401", async () => {
        for (const tokens of [await signIn(at.server), await tokensOf(at.server, { scope: "profile" })]) {
          const answer = await get(at.server, "/oauth/userinfo", bearer(tokens));
          expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
            403,
            'Bearer error="insufficient_scope"',
          ]);
        }
        const none = await get(at.server, "/oauth/userinfo");
        expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
        const bad = await get(at.server, "/oauth/userinfo", bearer("a.b.c"));
        expect([bad.status, bad.headers.get("www-authenticate")]).toEqual([
          401,
          'Bearer error="invalid_token"',
        ]);
        expect(JSON.parse(bad.text)).toEqual({
          error: "invalid_token",
          error_description: expect.any(String),
        });
      });
    },
    { adjust: withClients },
  );
});
