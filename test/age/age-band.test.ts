import { describe, expect, test } from "bun:test";
import { setAgeBand, setGuardianConsent } from "../../src/age/set-age-band";
import { newServerKey } from "../../src/server-keys/server-key";
import { createStores, createTransact } from "../../src/stores";
import { leavingAt } from "../support/leaving";
import { postForm } from "../support/oauth";
import { freshName, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

const BY = { actor: { kind: "operator", id: "ops" }, reason: "They wrote to us." } as const;

function claimsOf({ access_token }: { access_token: string }): Record<string, unknown> {
  return JSON.parse(Buffer.from(access_token.split(".")[1] ?? "", "base64url").toString());
}

onEachDatabase(
  (at) => {
    const say = (session: { access_token: string }, age_band: unknown) =>
      post(at.server, "/api/age_band", { age_band }, bearer(session.access_token));
    const transact = () => {
      const { database, clock, config } = at.server;
      return createTransact(database, clock, config);
    };

    test("a player who has said nothing has none, in the user and in the token", async () => {
      const session = await signIn(at.server);
      expect(Object.keys(session.user)).not.toContain("age_band");
      expect(Object.keys(claimsOf(session))).not.toContain("age_band");
    });

    test("what they say stands in the user, and in access tokens from the next one on", async () => {
      const session = await signIn(at.server);
      const { status, body } = await say(session, "teen");
      expect([status, body.user.age_band]).toEqual([200, "teen"]);
      expect((await get(at.server, "/api/me", bearer(session))).body.user.age_band).toBe("teen");
      const next = await refreshed(at.server, session);
      expect(next.user.age_band).toBe("teen");
      expect(claimsOf(next)).toMatchObject({ age_band: "teen", guardian_consent: false });
      const renamed = await post(
        at.server,
        "/api/update_username",
        { new_username: freshName() },
        bearer(next),
      );
      expect(renamed.body.user.age_band).toBe("teen");
    });

    test("it is said once: again it is the same, and another one is refused", async () => {
      const session = await signIn(at.server);
      await say(session, "child");
      expect((await say(session, "child")).status).toBe(200);
      expectError(await say(session, "adult"), "age_band_set");
      expectInvalid(await say(session, "old"), "age_band");
      expect((await get(at.server, "/api/me", bearer(session))).body.user.age_band).toBe("child");
    });

    test("the studio puts it right, and records a guardian's consent, which the player sees", async () => {
      const session = await signIn(at.server);
      await say(session, "adult");
      const { id } = session.user;
      const guardian = `Mother, ${freshName()}`;
      await transact()((stores) => setAgeBand(stores, at.server.clock, id, "child", BY));
      await transact()((stores) => setGuardianConsent(stores, at.server.clock, id, guardian, BY));
      const next = await refreshed(at.server, session);
      expect(next.user).toMatchObject({ age_band: "child", guardian_consent_at: expect.any(String) });
      expect(claimsOf(next)).toMatchObject({ age_band: "child", guardian_consent: true });
      const { body, text } = await leavingAt(at.server).exported(next);
      expect((body as unknown as { profile: object }).profile).toMatchObject({ guardian });
      expect(JSON.parse(text).events.slice(0, 3)).toMatchObject([
        { action: "guardian_consent", by: "studio", after: { consent: true }, reason: BY.reason },
        { action: "age_band", by: "studio", before: { age_band: "adult" }, after: { age_band: "child" } },
        { action: "age_band", by: "player", before: { age_band: null }, after: { age_band: "adult" } },
      ]);
      await transact()((stores) => setGuardianConsent(stores, at.server.clock, id, null, BY));
      expect(claimsOf(await refreshed(at.server, next))).toMatchObject({ guardian_consent: false });
    });

    test("who the guardian is stands nowhere else, and goes with the player", async () => {
      const session = await signIn(at.server);
      const guardian = `Father, ${freshName()}`;
      await transact()((s) => setGuardianConsent(s, at.server.clock, session.user.id, guardian, BY));
      const { rows } = await at.server.database.pool.query(
        "SELECT FROM audit_events AS a WHERE position($1 IN to_jsonb(a)::text) > 0",
        [guardian],
      );
      expect(rows).toEqual([]);
      await leavingAt(at.server).left(session);
      await leavingAt(at.server).purge();
      expect(await leavingAt(at.server).row(session)).toMatchObject({
        age_band: null,
        guardian: null,
        guardian_consent_at: null,
      });
    });

    test("a game server that asks is told", async () => {
      const { database, clock, config } = at.server;
      const key = newServerKey();
      const { serverKeys } = createStores(database, clock, config);
      await serverKeys.put(key, { id: Bun.randomUUIDv7(), name: "Kitchen", scopes: ["introspect"] });
      const session = await signIn(at.server);
      await say(session, "teen");
      const { access_token: token } = await refreshed(at.server, session);
      const { body } = await postForm(
        at.server,
        "/oauth/introspect",
        { token },
        { authorization: `Bearer ${key}` },
      );
      expect(body as object).toMatchObject({ active: true, age_band: "teen", guardian_consent: false });
    });
  },
  { adjust: (config) => ({ ...config, door: { ...config.door, asksAge: true } }) },
);

describe("Where the studio does not ask", () => {
  onEmbedded((at) => {
    test("there is nothing to say, and no token says anything", async () => {
      const session = await signIn(at.server);
      expectError(await post(at.server, "/api/age_band", { age_band: "teen" }, bearer(session)), "not_found");
      await at.server.database.pool.query("UPDATE users SET age_band = 'teen' WHERE id = $1", [
        session.user.id,
      ]);
      expect(Object.keys(claimsOf(await refreshed(at.server, session)))).not.toContain("age_band");
    });
  });
});
