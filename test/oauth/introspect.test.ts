import { describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { newServerKey } from "../../src/server-keys/server-key";
import { createStores } from "../../src/stores";
import { FORUM, issuerOf, postForm, tokensOf, withClients } from "../support/oauth";
import { refreshed, signIn } from "../support/players";
import { get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

describe("/oauth/introspect", () => {
  onEachDatabase(
    (at) => {
      const stores = () => createStores(at.server.database, at.server.clock, at.server.config);
      const newKey = async (scopes = ["introspect"]) => {
        const key = newServerKey();
        const row = await stores().serverKeys.put(key, { id: Bun.randomUUIDv7(), name: "kitchen", scopes });
        return { key, id: row.id };
      };
      const ask = (token: string, key: string) =>
        postForm(at.server, "/oauth/introspect", { token }, { authorization: `Bearer ${key}` });

      test("tells of an access token what it says, while its session lives", async () => {
        const { key } = await newKey();
        const tokens = await tokensOf(at.server, FORUM);
        const { exp, iat, jti, sid, sub } = decodeJwt(tokens.access_token);
        const me = await get(at.server, "/oauth/userinfo", {
          authorization: `Bearer ${tokens.access_token}`,
        });
        expect((await ask(tokens.access_token, key)).body as object).toEqual({
          active: true,
          scope: "openid profile email",
          client_id: "forum",
          username: JSON.parse(me.text).name,
          token_type: "Bearer",
          exp,
          iat,
          sub,
          aud: "robotouille",
          iss: issuerOf(at.server),
          jti,
          sid,
          roles: ["player"],
        });
      });

      test("a token is inactive at once after a logout", async () => {
        const { key } = await newKey();
        const session = await signIn(at.server);
        expect((await ask(session.access_token, key)).body.active).toBe(true);
        await post(at.server, "/api/logout", session);
        for (const token of [session.access_token, session.refresh_token])
          expect((await ask(token, key)).body as object).toEqual({ active: false });
      });

      test("of refresh tokens the newest is active", async () => {
        const { key } = await newKey();
        const session = await signIn(at.server);
        const next = await refreshed(at.server, session);
        expect((await ask(session.refresh_token, key)).body as object).toEqual({ active: false });
        const { body } = await ask(next.refresh_token, key);
        expect(body as object).toEqual({
          active: true,
          client_id: "game",
          sub: String(session.user.id),
          iss: issuerOf(at.server),
          sid: decodeJwt(session.access_token).sid,
          iat: expect.any(Number),
          exp: (body.iat as number) + 30 * 86_400,
        });
      });

      test.each(["x", "a.b.c", "é"])("%s is inactive", async (token) => {
        const { key } = await newKey();
        expect((await ask(token, key)).body as object).toEqual({ active: false });
      });

      test("without a key that is good for it nothing is told", async () => {
        const { access_token } = await tokensOf(at.server);
        const revoked = await newKey();
        await stores().serverKeys.revoke(revoked.id);
        for (const key of [newServerKey(), revoked.key, "sk_short", access_token]) {
          const answer = await ask(access_token, key);
          expect([answer.status, answer.body.error]).toEqual([401, "invalid_token"]);
          expect(answer.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
        }
        const other = await ask(access_token, (await newKey([])).key);
        expect([other.status, other.body.error]).toEqual([403, "insufficient_scope"]);
        const none = await postForm(at.server, "/oauth/introspect", { token: access_token });
        expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      });

      test("a key's last use is noted, to the minute, and the key itself is nowhere", async () => {
        const { key, id } = await newKey();
        const lastUse = async () =>
          (await stores().serverKeys.list()).find((row) => row.id === id)?.lastUsedAt?.getTime() ?? null;
        expect(await lastUse()).toBeNull();
        await ask("x", key);
        const first = await lastUse();
        expect(first).toBeNumber();
        await ask("x", key);
        expect(await lastUse()).toBe(first);
        at.server.clock.advance(61);
        await ask("x", key);
        expect(await lastUse()).toBeGreaterThan(first ?? 0);
        const { rows } = await at.server.database.pool.query(
          "SELECT server_keys::text AS row FROM server_keys",
        );
        expect(JSON.stringify(rows)).not.toContain(key.slice(3));
      });
    },
    { adjust: withClients },
  );
});
