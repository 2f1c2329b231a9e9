import { describe, expect, test } from "bun:test";
import { consoleAt, newStaff, setRoles, staffAt } from "../support/console";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, freshName, refresh, signIn } from "../support/players";
import { bearer, expectError, get } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const eventsOf = async (userId: number) => {
    const { rows } = await at.server.database.pool.query(
      "SELECT action, actor_kind, actor_id, reason, request_id FROM audit_events WHERE user_id = $1 ORDER BY id",
      [userId],
    );
    return rows;
  };
  const page = (console: { visit(path: string): Promise<{ text: string }> }, id: number) =>
    console.visit(`/console/players/${id}`).then(({ text }) => text);

  describe("a player is found", () => {
    test("by id, name, its beginning and provider:subject, in an address of its own", async () => {
      const { visit, send } = await staffAt(at.server, "moderator");
      const name = freshName();
      const { user } = await signIn(at.server, { given_name: name });
      const { rows } = await at.server.database.pool.query(
        "SELECT subject FROM identities WHERE user_id = $1",
        [user.id],
      );
      await visit("/console");
      for (const q of [String(user.id), user.name, user.name.slice(0, 8), `google:${rows[0].subject}`]) {
        const { status, headers } = await send("/console", { q });
        expect([q, status]).toEqual([q, 303]);
        const { text } = await visit(headers.get("location") ?? "");
        expect(text).toContain(`href="/console/players/${user.id}"`);
      }
    });

    test("by a whole email, which then stands in no address; only an admin sees it on the page", async () => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      for (const role of ["moderator", "admin"] as const) {
        const { visit, send } = await staffAt(at.server, role);
        await visit("/console");
        const { status, text } = await send("/console", { q: account });
        expect(status).toBe(200);
        expect(text).toContain(`href="/console/players/${user.id}"`);
        const shown = text.replaceAll(`value="${account}"`, "");
        expect([role, shown.includes(account)]).toEqual([role, role === "admin"]);
        expect([role, (await page({ visit }, user.id)).includes(account)]).toEqual([role, role === "admin"]);
      }
      const { visit } = await staffAt(at.server, "admin");
      const asked = await visit(`/console?${new URLSearchParams({ q: account })}`);
      expect(asked.text).not.toContain(`/console/players/${user.id}`);
    });

    test("page by page", async () => {
      const { visit, send } = await staffAt(at.server, "moderator");
      const prefix = freshName(8);
      for (let each = 0; each < 22; each++)
        await at.server.database.pool.query(
          "INSERT INTO users (name, name_folded, name_skeleton) VALUES ($1, $1, $1)",
          [prefix + String.fromCharCode(97 + each)],
        );
      await visit("/console");
      const first = await visit((await send("/console", { q: prefix })).headers.get("location") ?? "");
      const after = /name="after" value="([^"]+)"/.exec(first.text)?.[1] ?? "";
      const second = await visit(
        (await send("/console", { q: prefix, after })).headers.get("location") ?? "",
      );
      const ids = [first, second].flatMap(({ text }) =>
        [...text.matchAll(/href="\/console\/players\/(\d+)"/g)].map(([, id]) => id),
      );
      expect([ids.length, new Set(ids).size]).toEqual([22, 22]);
      expect(second.text).not.toContain("Show who follows");
    });

    test("or is not, which is said", async () => {
      const { visit } = await staffAt(at.server, "moderator");
      const { status, text } = await visit("/console?q=nobody-of-this-name");
      expect([status, text.includes("Nobody was found")]).toEqual([200, true]);
    });
  });

  test("the first page says how it goes", async () => {
    const { visit } = await staffAt(at.server, "moderator");
    const figure = (text: string, label: string) =>
      Number(
        new RegExp(`<dt>${label}</dt><dd>(?:<small>[^<]*</small>)?([\\d,]+)`)
          .exec(text)?.[1]
          ?.replaceAll(",", ""),
      );
    const before = (await visit("/console")).text;
    await signIn(at.server);
    const after = (await visit("/console/figures")).text;
    for (const label of ["Players", "Sign-ins, last hour", "Sign-ins, last 24 hours", "Signed-in devices"])
      expect([label, figure(after, label)]).toEqual([label, figure(before, label) + 1]);
  });

  describe("everything stands on a player's page", () => {
    test("ways in, devices, notes and history", async () => {
      const admin = await staffAt(at.server, "admin");
      const account = freshAccount();
      const session = await signIn(at.server, { account }, { device: "Kitchen tablet" });
      await admin.act(session.user.id, "note", { text: "Wrote in twice" });
      const text = await page(admin, session.user.id);
      for (const said of [
        account,
        "google",
        "Kitchen tablet",
        "Wrote in twice",
        "127.0.0.1",
        `>${session.user.id}<`,
      ])
        expect(text).toContain(said);
    });

    test("a moderator sees no email, no address of a device, and not what they are called elsewhere", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const account = freshAccount();
      const { user } = await signIn(at.server, { account }, { device: "Tablet" });
      await at.server.database.pool.query(
        "INSERT INTO identities (provider, subject, user_id, name) VALUES ('studio', $2, $1, 'Jane of Nowhere')",
        [user.id, `sub-${account}`],
      );
      const text = await page(moderator, user.id);
      expect(text).toContain("Tablet");
      expect(text).not.toContain(account);
      expect(text).not.toContain("127.0.0.1");
      expect(text).not.toContain("Jane of Nowhere");
    });

    test("what players and providers say is text, whatever it looks like", async () => {
      const hostile = `<script>alert(1)</script>"'&\u202egnp`;
      const admin = await staffAt(at.server, "admin");
      const session = await signIn(at.server, { name: hostile }, { device: hostile });
      await at.server.database.pool.query("UPDATE users SET name = $2 WHERE id = $1", [
        session.user.id,
        hostile,
      ]);
      await admin.act(session.user.id, "note", { text: hostile });
      await admin.act(session.user.id, "ban", { until: "1d", reason: hostile });
      for (const path of [
        `/console/players/${session.user.id}`,
        "/console/audit",
        `/console?q=${session.user.id}`,
      ]) {
        const { status, text } = await admin.visit(path);
        expect(status).toBe(200);
        expect(text).not.toContain("<script>alert");
        expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;");
        // Each of them stands in an element that no direction leaves.
        for (const [, before] of text.matchAll(/(.{5})&lt;script/g))
          expect(before).toMatch(/<bdi>|itle>|<h1>|="/);
      }
    });

    test("there is nothing at an id that nobody has, or that is none", async () => {
      const { visit } = await staffAt(at.server, "moderator");
      for (const id of ["2000000000", "9999999999"])
        expect([id, (await visit(`/console/players/${id}`)).status]).toEqual([id, 404]);
      expect((await visit("/console/players/x")).status).toBe(400);
      expect((await visit("/console/nowhere")).status).toBe(404);
    });
  });

  describe("what is done", () => {
    test("a rename, with who did it and why, and taken back to the letter", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const session = await signIn(at.server);
      const { id, name } = session.user;
      const renamed = freshName();
      const done = await moderator.act(id, "rename", { name: renamed, reason: "An insult" });
      expect(done.headers.get("location")).toBe(`/console/players/${id}?done=rename`);
      expect((await moderator.visit(`/console/players/${id}?done=rename`)).text).toContain(
        "The player has another name.",
      );
      expect((await get(at.server, "/api/me", bearer(session))).body.user.name).toBe(renamed);
      expect(await eventsOf(id)).toMatchObject([
        { action: "rename", actor_kind: "staff", actor_id: String(moderator.user.id), reason: "An insult" },
      ]);
      const change = /name="change" value="([^"]+)"/.exec(await page(moderator, id))?.[1] ?? "";
      await moderator.act(id, "undo", { change, reason: "It was none" });
      expect((await get(at.server, "/api/me", bearer(session))).body.user.name).toBe(name);
      expect(await page(moderator, id)).toContain("Taken back");
    });

    test("a name that is not allowed changes nothing, and the form is there again as it was filled in", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await signIn(at.server);
      const { status, text } = await moderator.act(user.id, "rename", { name: "a", reason: "Too “long”" });
      expect(status).toBe(422);
      expect(text).toContain('role="alert"');
      expect(text).toContain('name="name" required maxlength="20" value="a"');
      expect(text).toContain('value="Too “long”"');
      expect(await eventsOf(user.id)).toEqual([]);
    });

    test("a ban that ends, and its end before that", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const session = await signIn(at.server);
      const { id } = session.user;
      await moderator.act(id, "ban", { until: "7d", reason: "Cheated" });
      expectError(await get(at.server, "/api/me", bearer(session)), "invalid_token");
      expect(await page(moderator, id)).toContain("Banned since");
      at.server.clock.advance(60);
      await moderator.act(id, "unban", { reason: "Did not" });
      expect((await get(at.server, "/api/me", bearer(session))).status).toBe(200);
      expect((await eventsOf(id)).map(({ action }) => action)).toEqual(["ban", "unban"]);
    });

    test("signing out everywhere", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const session = await signIn(at.server);
      const done = await moderator.act(session.user.id, "sessions", { reason: "Stolen" });
      expect(done.status).toBe(303);
      expect((await refresh(at.server, session)).status).toBe(401);
    });

    test("a merge of two players, and both of them again", async () => {
      const admin = await staffAt(at.server, "admin");
      const kept = await signIn(at.server);
      const givenUp = await playAsGuest(at.server, newGuestKey());
      await linkingAt(at.server).earn(givenUp, 5, 3);
      await admin.act(kept.user.id, "merge", { other: `#${givenUp.user.id}`, reason: "Asked for it" });
      const { user } = (await get(at.server, "/api/me", bearer(kept))).body;
      expect([user.stars, user.level, user.providers]).toEqual([5, 4, ["google", "guest"]]);
      expect(await page(admin, givenUp.user.id)).toContain(
        `Merged into <a href="/console/players/${kept.user.id}">`,
      );
      const change = /name="change" value="([^"]+)"/.exec(await page(admin, kept.user.id))?.[1] ?? "";
      await admin.act(kept.user.id, "undo", { change, reason: "The other one" });
      expect((await get(at.server, "/api/me", bearer(givenUp))).body.user.stars).toBe(5);
    });

    test("roles, which hold at once", async () => {
      const admin = await staffAt(at.server, "admin");
      const { account, user } = await newStaff(at.server, "moderator");
      await setRoles(at.server, user.id, []);
      await admin.act(user.id, "roles", { role_moderator: "on", reason: "Helps" });
      const console = consoleAt(at.server);
      await console.signIn(account);
      expect((await console.visit("/console")).status).toBe(200);
      await admin.act(user.id, "roles", { reason: "Helps no more" });
      expect((await console.visit("/console")).status).toBe(303);
    });

    test.each([
      ["rename", { name: "Whoever" }],
      ["ban", { until: "1d" }],
      ["sessions", {}],
    ])("no %s without a reason", async (action, fields) => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await signIn(at.server);
      for (const reason of ["", "   ", "x".repeat(501)])
        expect((await moderator.act(user.id, action, { ...fields, reason })).status).toBe(400);
      expect(await eventsOf(user.id)).toEqual([]);
    });

    test("leaves a line in the log, without the reason", async () => {
      const moderator = await staffAt(at.server, "moderator");
      const { user } = await signIn(at.server);
      await moderator.act(user.id, "ban", { until: "1d", reason: "Wrote something" });
      const line = (await at.server.logLines()).findLast(({ event }) => event === "staff_action");
      expect(line).toMatchObject({ user_id: user.id, staff_id: moderator.user.id, reason: "ban" });
      expect(JSON.stringify(line)).not.toContain("Wrote something");
    });
  });

  describe("the audit", () => {
    test("is looked through by player, by who did it and by what was done", async () => {
      const [one, other] = [await staffAt(at.server, "moderator"), await staffAt(at.server, "moderator")];
      const { user } = await signIn(at.server);
      await one.act(user.id, "rename", { name: freshName(), reason: "First reason" });
      await other.act(user.id, "ban", { until: "1d", reason: "Second reason" });
      const reasons = async (query: Record<string, string>) => {
        const { text } = await one.visit(`/console/audit?${new URLSearchParams(query)}`);
        return ["First reason", "Second reason"].filter((reason) => text.includes(reason));
      };
      const player = String(user.id);
      expect(await reasons({ player })).toEqual(["First reason", "Second reason"]);
      expect(await reasons({ player, action: "ban" })).toEqual(["Second reason"]);
      expect(await reasons({ actor: "staff", id: String(one.user.id) })).toEqual(["First reason"]);
      expect(await reasons({ actor: "operator", player })).toEqual([]);
    });

    test("goes on with what was earlier, each event once", async () => {
      const admin = await staffAt(at.server, "admin");
      const { user } = await signIn(at.server);
      await at.server.database.pool.query(
        "INSERT INTO audit_events (id, user_id, action, actor_kind) SELECT id::uuid, $2, 'note', 'staff' FROM unnest($1::text[]) AS id",
        [Array.from({ length: 53 }, () => Bun.randomUUIDv7()), user.id],
      );
      const first = await admin.visit(`/console/audit?player=${user.id}`);
      const earlier = /href="([^"]*before=[^"]*)"/.exec(first.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
      const second = await admin.visit(earlier);
      const count = ({ text }: { text: string }) => [...text.matchAll(/data-label="Action"/g)].length;
      expect([count(first), count(second)]).toEqual([50, 3]);
      expect(second.text).not.toContain(">Earlier<");
    });

    test("says when a player's id is none", async () => {
      const { visit } = await staffAt(at.server, "moderator");
      const { status, text } = await visit("/console/audit?player=Ann");
      expect([status, text.includes("id is a number"), text.includes('value="Ann"')]).toEqual([
        400,
        true,
        true,
      ]);
    });
  });
});
