import { describe, expect, test } from "bun:test";
import { newStaff, staffAt } from "../support/console";
import { newGuestKey, playAsGuest } from "../support/guests";
import { freshName, signIn } from "../support/players";
import type { TestServer } from "../support/server";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEachDatabase((at) => {
  const auditOf = async (userId: number) => {
    const { rows } = await at.server.database.pool.query(
      "SELECT action FROM audit_events WHERE user_id = $1 ORDER BY id",
      [userId],
    );
    return rows.map(({ action }) => action);
  };

  describe("a moderator", () => {
    test.each<[string, Record<string, string>]>([
      ["merge", { other: "1" }],
      ["roles", { role_admin: "on" }],
      ["view-as", {}],
      ["ban", { until: "90d" }],
      ["ban", { until: "good" }],
      ["ban", { until: "1000y" }],
    ])("may not %s with %j, and the page does not offer it", async (action, fields) => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await signIn(at.server);
      const answer = await moderator.act(user.id, action, { ...fields, reason: "Because" });
      expect(answer.status).toBe(403);
      expect(await auditOf(user.id)).toEqual([]);
      const { text } = await moderator.visit(`/console/players/${user.id}`);
      if (action !== "ban") expect(text).not.toContain(`/${action}"`);
      else expect(text).not.toContain(`value="${fields.until}"`);
      const last = (await at.server.logLines()).at(-1);
      expect(last).toMatchObject({ event: "refused", code: "insufficient_scope", reason: action });
    });

    test.each(["rename", "ban", "sessions"])("may not %s another of the studio's people", async (action) => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await newStaff(at.server, "admin");
      const fields = { name: freshName(), until: "1d", reason: "Because" };
      expect((await moderator.act(user.id, action, fields)).status).toBe(403);
      expect(await auditOf(user.id)).toEqual(["roles"]);
    });

    test("may neither end nor change nor take back what only an admin may give", async () => {
      const [admin, moderator] = [await staffAt(at.server, "admin"), await staffAt(at.server, "moderator")];
      const { user } = await signIn(at.server);
      await admin.act(user.id, "ban", { until: "good", reason: "For good" });
      expect((await moderator.act(user.id, "unban", { reason: "Because" })).status).toBe(403);
      expect((await moderator.act(user.id, "ban", { until: "1d", reason: "Because" })).status).toBe(403);
      const { text } = await admin.visit(`/console/players/${user.id}`);
      const change = /name="change" value="([^"]+)"/.exec(text)?.[1] ?? "";
      expect((await moderator.act(user.id, "undo", { change, reason: "Because" })).status).toBe(403);
      expect(await auditOf(user.id)).toEqual(["ban"]);
      await admin.act(user.id, "unban", { reason: "Because" });
      const lifted = await admin.visit(`/console/players/${user.id}`);
      const end = /name="change" value="([^"]+)"/.exec(lifted.text)?.[1] ?? "";
      expect((await moderator.act(user.id, "undo", { change: end, reason: "Because" })).status).toBe(403);
    });

    test("takes their own bans back", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await signIn(at.server);
      await moderator.act(user.id, "ban", { until: "30d", reason: "Because" });
      const { text } = await moderator.visit(`/console/players/${user.id}`);
      const change = /name="change" value="([^"]+)"/.exec(text)?.[1] ?? "";
      expect((await moderator.act(user.id, "undo", { change, reason: "Because" })).status).toBe(303);
    });

    test("cannot take back another player's change under this one's name", async () => {
      const [moderator, admin] = [await staffAt(at.server, "moderator"), await staffAt(at.server, "admin")];
      const [one, other] = [await signIn(at.server), await signIn(at.server)];
      await admin.act(one.user.id, "ban", { until: "good", reason: "Because" });
      const { text } = await admin.visit(`/console/players/${one.user.id}`);
      const change = /name="change" value="([^"]+)"/.exec(text)?.[1] ?? "";
      expect((await moderator.act(other.user.id, "undo", { change, reason: "Because" })).status).toBe(404);
      expect(await auditOf(one.user.id)).toEqual(["ban"]);
    });
  });

  test.each(["ban", "merge", "roles"])("nobody does %s to themselves", async (action) => {
    const admin = await staffAt(at.server, "admin");
    const fields = { until: "1d", other: "1", reason: "By mistake" };
    expect((await admin.act(admin.user.id, action, fields)).status).toBe(403);
    expect((await admin.visit("/console")).status).toBe(200);
  });

  describe("what hurts is asked of whoever has just signed in", () => {
    const asked = async (action: string, fields: Record<string, string>) => {
      const admin = await staffAt(at.server, "admin");
      const { user } = await signIn(at.server);
      at.server.clock.advance(301);
      const answer = await admin.act(user.id, action, { ...fields, reason: "Because" });
      return { admin, user, answer };
    };

    test.each<[string, Record<string, string>]>([
      ["ban", { until: "good" }],
      ["merge", { other: "1" }],
      ["roles", { role_moderator: "on" }],
      ["sessions", {}],
      ["view-as", {}],
    ])("%s %j", async (action, fields) => {
      const { user, answer } = await asked(action, fields);
      expect([answer.status, answer.text.includes("Sign in once more")]).toEqual([403, true]);
      expect(await auditOf(user.id)).toEqual([]);
    });

    test.each<[string, Record<string, string>]>([
      ["ban", { until: "1d" }],
      ["note", { text: "Nothing" }],
      ["rename", { name: freshName() }],
    ])("and %s %j is not", async (action, fields) => {
      const { answer } = await asked(action, fields);
      expect(answer.status).toBe(303);
    });

    test("and goes on after it, with what was filled in", async () => {
      const { admin, user } = await asked("ban", { until: "good" });
      await admin.signIn(admin.account, "/console/confirm");
      const { text } = await admin.visit("/console/confirm");
      const fields = Object.fromEntries(
        [...text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      );
      expect(fields).toMatchObject({ until: "good", reason: "Because" });
      const action = /<form method="post" action="([^"]+\/ban)"/.exec(text)?.[1] ?? "";
      expect((await admin.send(action, fields)).status).toBe(303);
      expect(await auditOf(user.id)).toEqual(["ban"]);
    });
  });
});

onEmbedded(
  (at) => {
    test("a session that was stolen bans no more than 120 players in ten minutes", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await playAsGuest(at.server, newGuestKey());
      await moderator.visit(`/console/players/${user.id}`);
      const path = `/console/players/${user.id}/ban`;
      for (let each = 0; each < 120; each++)
        expect((await moderator.send(path, { until: "1d" })).status).toBe(400);
      expect((await moderator.send(path, { until: "1d", reason: "One more" })).status).toBe(429);
      expect(await bannedOf(at.server, user.id)).toBe(false);
      expect((await moderator.visit("/console")).status).toBe(200);
    });
  },
  { env: { RATE_LIMIT: "on" } },
);

async function bannedOf({ database }: TestServer, userId: number): Promise<boolean> {
  const { rows } = await database.pool.query("SELECT banned_at FROM users WHERE id = $1", [userId]);
  return rows[0].banned_at !== null;
}
