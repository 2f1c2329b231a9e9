import { expect, test } from "bun:test";
import { staffAt } from "../support/console";
import { signIn } from "../support/players";
import { send } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEmbedded((at) => {
  const named = async (id: number) => {
    const { rows } = await at.server.database.pool.query("SELECT name FROM users WHERE id = $1", [id]);
    return rows[0].name;
  };

  test.each<[string, (origin: string) => Record<string, string>]>([
    ["another site", () => ({ origin: "https://evil.example" })],
    ["a frame without an origin", () => ({ origin: "null" })],
    ["nowhere", () => ({})],
    ["another port of this machine", () => ({ origin: "http://localhost:1" })],
    ["a page of the same site and another origin", (origin) => ({ origin, "sec-fetch-site": "same-site" })],
    ["another site that forged an origin", (origin) => ({ origin, "sec-fetch-site": "cross-site" })],
  ])("a form from %s does nothing, and leaves a line", async (_, headersOf) => {
    const admin = await staffAt(at.server, "admin");
    const { user } = await signIn(at.server);
    await admin.visit(`/console/players/${user.id}`);
    const path = `/console/players/${user.id}/rename`;
    const answer = await admin.send(path, { name: "Renamed", reason: "x" }, headersOf(admin.origin));
    expect([answer.status, answer.text.includes("That cannot be done")]).toEqual([400, true]);
    expect(await named(user.id)).toBe(user.name);
    const last = (await at.server.logLines()).at(-1);
    expect(last).toMatchObject({ event: "refused", code: "form_of_another_site" });
  });

  test.each(["/console", "/console/sign-out"])("so it is at %s", async (path) => {
    const admin = await staffAt(at.server, "admin");
    const answer = await admin.send(path, { q: "1" }, { origin: "https://evil.example" });
    expect(answer.status).toBe(400);
    expect((await admin.visit("/console")).status).toBe(200);
  });

  test("a form without the token of the session's own pages is asked about once more, and does nothing", async () => {
    const admin = await staffAt(at.server, "admin");
    const { user } = await signIn(at.server);
    const other = await staffAt(at.server, "admin");
    const token = /name="form_token" value="([^"]+)"/.exec((await other.visit("/console")).text)?.[1] ?? "";
    for (const form_token of ["", "x", token]) {
      const fields = { form_token, name: "Renamed", reason: "Because" };
      const { status, text } = await admin.send(`/console/players/${user.id}/rename`, fields);
      expect([status, text.includes("<h1>Rename?</h1>")]).toEqual([200, true]);
    }
    expect(await named(user.id)).toBe(user.name);
  });

  test("a body that is no form, or too large, is refused", async () => {
    const { user } = await signIn(at.server);
    const path = `/console/players/${user.id}/note`;
    const json = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    expect((await send(at.server, path, json)).status).toBe(415);
    const large = { method: "POST", body: new URLSearchParams({ text: "x".repeat(25_600) }) };
    expect((await send(at.server, path, large)).status).toBe(413);
  });

  test("the pages run no script that is not this server's own, and nothing frames them or reads along", async () => {
    const admin = await staffAt(at.server, "admin");
    for (const path of [
      "/console",
      "/console/sign-in",
      "/console/audit",
      "/console/nowhere",
      "/console/console.css",
    ]) {
      const { headers } = await admin.visit(path);
      expect(Object.fromEntries(headers), path).toMatchObject({
        "content-security-policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": path.endsWith("css") ? "no-cache" : "no-store",
      });
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("no page of this machine may ask it from a script", async () => {
    const { headers } = await send(at.server, "/console", { headers: { origin: "http://localhost:5000" } });
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});

onEachDatabase((at) => {
  test("a form whose session is over is kept through the sign-in, and nothing typed is lost", async () => {
    const staff = await staffAt(at.server, "moderator");
    const { user } = await signIn(at.server);
    await staff.visit(`/console/players/${user.id}`);
    at.server.clock.advance(1_900);
    const kept = await staff.send(`/console/players/${user.id}/note`, { text: "Was <rude> to Ann" });
    expect([kept.status, kept.text.includes("Sign in first")]).toEqual([401, true]);
    await staff.signIn(staff.account, "/console/confirm");
    const asked = await staff.visit("/console/confirm");
    expect(asked.text).toContain("<h1>Add a note?</h1>");
    expect(asked.text).toContain('name="text" value="Was &lt;rude&gt; to Ann"');
    const done = await staff.send(`/console/players/${user.id}/note`, { text: "Was <rude> to Ann" });
    expect(done.headers.get("location")).toBe(`/console/players/${user.id}?done=note`);
    expect((await staff.visit("/console/confirm")).status).toBe(303);
    expect((await staff.visit(`/console/players/${user.id}`)).text).toContain("Was &lt;rude&gt; to Ann");
  });

  test("one that is too long for a cookie is shown, to be copied", async () => {
    const staff = await staffAt(at.server, "moderator");
    const { user } = await signIn(at.server);
    await staff.visit(`/console/players/${user.id}`);
    at.server.clock.advance(1_900);
    const text = "漢".repeat(2_000);
    const answer = await staff.send(`/console/players/${user.id}/note`, { text });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain(text);
    expect(answer.text).toContain("Copy it from here");
  });
});
