import { expect, test } from "bun:test";
import { newServerKey } from "../../src/server-keys/server-key";
import { createStores } from "../../src/stores";
import { newGuestKey, playAsGuest } from "../support/guests";
import { leavingAt } from "../support/leaving";
import { postForm } from "../support/oauth";
import { freshAccount, googleTokens, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, send } from "../support/requests";
import { sessionIdOf } from "../support/session-row";
import { onEachDatabase } from "../support/suite";

const MINUTE = 60;

onEachDatabase((at) => {
  const calls = () => leavingAt(at.server);

  test("who leaves is told until when they may come back, and is signed out on every device at once", async () => {
    const account = freshAccount();
    const [phone, tablet] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
    const before = at.server.clock.now().getTime();
    const { status, body } = await calls().leave(phone);
    expect(status).toBe(200);
    const { deletes_at } = body as unknown as { deletes_at: string };
    const days = (Date.parse(deletes_at) - before) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(14);
    expect(days).toBeLessThan(14.001);
    for (const session of [phone, tablet]) {
      expectError(await get(at.server, "/api/me", bearer(session)), "invalid_token");
      expectError(await refresh(at.server, session), "invalid_grant");
    }
  });

  test("a sign-in of more than ten minutes ago is not enough, and nothing has happened", async () => {
    const session = await signIn(at.server);
    at.server.clock.advance(9 * MINUTE);
    const later = await refreshed(at.server, session);
    at.server.clock.advance(MINUTE + 1);
    expectError(await calls().leave(later), "reauth_required");
    await refreshed(at.server, later);
    expect((await calls().row(session)).deletes_at).toBeNull();
  });

  test.each(["google", "guest", "transfer code"])("a proof of the player's own does: %s", async (kind) => {
    const [account, guest_key] = [freshAccount(), newGuestKey()];
    const session =
      kind === "google" ? await signIn(at.server, { account }) : await playAsGuest(at.server, guest_key);
    at.server.clock.advance(11 * MINUTE);
    const transferCode = async () =>
      (await send(at.server, "/api/transfer_code", { method: "POST", headers: bearer(session) })).body
        .transfer_code;
    const proof =
      kind === "google"
        ? { access_token: (await googleTokens(at.server, { account })).access_token }
        : kind === "guest"
          ? { provider: "guest", guest_key }
          : { transfer_code: await transferCode() };
    expect((await calls().leave(session, proof)).status).toBe(200);
    expectError(await refresh(at.server, session), "invalid_grant");
  });

  test("a proof of another player's is none, nor is one that does not hold, or half of one", async () => {
    const session = await signIn(at.server);
    const { access_token } = await googleTokens(at.server);
    const other = newGuestKey();
    await playAsGuest(at.server, other);
    expectError(await calls().leave(session, { access_token }), "reauth_required");
    expectError(await calls().leave(session, { provider: "guest", guest_key: other }), "reauth_required");
    expectError(await calls().leave(session, { access_token: "made up" }), "google_token_invalid");
    expectInvalid(await calls().leave(session, { login_code: "x" }), "code_verifier");
    await refreshed(at.server, session);
    const lines = (await at.server.logLines()).filter(
      ({ code, route }) => code === "proof_of_another_player" && route === "DELETE /api/me",
    );
    expect(lines).toHaveLength(2);
  });

  test("an answer that was lost is asked for again by the session that left, and by no other", async () => {
    const account = freshAccount();
    const [phone, tablet] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
    const deletesAt = await calls().left(phone);
    expect(await calls().left(phone)).toBe(deletesAt);
    expectError(await calls().leave(tablet), "invalid_token");
    expect(
      (await at.server.logLines()).filter(
        ({ event, user_id }) => event === "account_deleted" && user_id === phone.user.id,
      ),
    ).toHaveLength(1);
  });

  test("nobody leaves without a token, or with another application's", async () => {
    expectError(await send(at.server, "/api/me", { method: "DELETE" }), "unauthorized");
    expectError(await send(at.server, "/api/me/restore", { method: "POST" }), "unauthorized");
    expectError(await get(at.server, "/api/me/export"), "unauthorized");
  });

  test("who is banned cannot", async () => {
    const session = await signIn(at.server);
    await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [
      session.user.id,
    ]);
    expectError(await calls().leave(session), "invalid_token");
  });

  test("it stands in the ledger and among what was done, without a session's id or anything personal", async () => {
    const session = await signIn(at.server);
    await calls().left(session);
    const { rows } = await at.server.database.pool.query(
      `SELECT a.action, a.actor_kind, a.actor_id, a.before, a.after, c.kind, c.undone_at
       FROM audit_events AS a JOIN account_changes AS c ON c.id = a.id WHERE a.user_id = $1`,
      [session.user.id],
    );
    expect(rows).toEqual([
      {
        action: "delete",
        actor_kind: "player",
        actor_id: String(session.user.id),
        before: null,
        after: { deletes_at: expect.any(String) },
        kind: "delete",
        undone_at: null,
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain(sessionIdOf(session));
  });

  test("a game server is told at once that the token is good for nothing", async () => {
    const { database, clock, config } = at.server;
    const key = newServerKey();
    const { serverKeys } = createStores(database, clock, config);
    await serverKeys.put(key, { id: Bun.randomUUIDv7(), name: "Kitchen", scopes: ["introspect"] });
    const session = await signIn(at.server);
    const isActive = async (token: string) =>
      (await postForm(at.server, "/oauth/introspect", { token }, { authorization: `Bearer ${key}` })).body
        .active;
    expect(await isActive(session.access_token)).toBe(true);
    await calls().left(session);
    expect(await isActive(session.access_token)).toBe(false);
    expect(await isActive(session.refresh_token)).toBe(false);
  });
});
