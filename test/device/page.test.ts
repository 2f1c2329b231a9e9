import { describe, expect, test } from "bun:test";
import { askForDevice, phoneAt } from "../support/devices";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEachDatabase((at) => {
  test("the page says which game, which device and which place asks, and when", async () => {
    const { user_code } = await askForDevice(at.server, { device: "Living room <b>" });
    at.server.clock.advance(130);
    const { status, text, headers } = await phoneAt(at.server).open(user_code);
    expect(status).toBe(200);
    for (const said of [
      user_code,
      "The game",
      "Living room &lt;b&gt;",
      "127.0.0.1, your own network",
      "2 minutes ago",
    ])
      expect(text).toContain(said);
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    );
    expect(text).not.toMatch(/<script|src=/);
  });

  test("a code may be typed in small letters and with other separators", async () => {
    const { user_code } = await askForDevice(at.server);
    const { text } = await phoneAt(at.server).open(` ${user_code.toLowerCase().replace("-", " ")} `);
    expect(text).toContain(user_code);
  });

  test("after ten minutes nobody waits with the code any more", async () => {
    const { user_code } = await askForDevice(at.server);
    at.server.clock.advance(601);
    const { status, text } = await phoneAt(at.server).open(user_code);
    expect([status, text.includes("No device waits with this code")]).toEqual([400, true]);
  });

  test("who says no on the first page ends it", async () => {
    const { user_code } = await askForDevice(at.server);
    const phone = phoneAt(at.server);
    const { sealed } = await phone.open(user_code);
    const { status, text } = await phone.answer(sealed, "deny");
    expect([status, text.includes("Nobody was signed in")]).toEqual([200, true]);
    expect((await phone.open(user_code)).status).toBe(400);
    expect((await phone.answer(sealed, "deny")).status).toBe(200);
  });

  test("the first page lets nobody in: it does not know who looks at it", async () => {
    const { user_code } = await askForDevice(at.server);
    const phone = phoneAt(at.server);
    const { sealed } = await phone.open(user_code);
    expect((await phone.answer(sealed, "allow")).status).toBe(400);
    expect((await phone.open(user_code)).status).toBe(200);
  });

  test("a form without a decision lets nobody in", async () => {
    const { user_code } = await askForDevice(at.server);
    const phone = phoneAt(at.server);
    const { sealed } = await phone.signIn(user_code, "ada@players.example");
    expect((await phone.answer(sealed)).status).toBe(400);
    expect((await phone.open(user_code)).status).toBe(200);
  });

  test("who signed in is asked once more, by name, before the device is let in", async () => {
    const { user_code } = await askForDevice(at.server, { device: "TV" });
    const phone = phoneAt(at.server);
    const { status, text, sealed } = await phone.signIn(user_code, "ada@players.example");
    expect(status).toBe(200);
    for (const said of ["Sign in to The game?", "ada@players.example", "TV", user_code])
      expect(text).toContain(said);
    expect((await phone.open(user_code)).status).toBe(200);
    const allowed = await phone.answer(sealed, "allow");
    expect([allowed.status, allowed.text.includes("You are signed in")]).toEqual([200, true]);
    expect((await phone.open(user_code)).status).toBe(400);
    expect((await phone.answer(sealed, "allow")).status).toBe(200);
    expect((await phone.answer(sealed, "deny")).status).toBe(400);
  });

  test("the first player's answer holds", async () => {
    const { user_code } = await askForDevice(at.server);
    const [one, other] = [phoneAt(at.server), phoneAt(at.server)];
    const first = await one.signIn(user_code, "first@players.example");
    const second = await other.signIn(user_code, "second@players.example");
    expect((await one.answer(first.sealed, "allow")).status).toBe(200);
    const { status, text } = await other.answer(second.sealed, "allow");
    expect([status, text.includes("This code is over")]).toEqual([400, true]);
  });

  test("who changes their mind at Google is back where they were", async () => {
    const { user_code } = await askForDevice(at.server);
    const phone = phoneAt(at.server);
    const atGoogle =
      (await phone.visit(`/device/sign-in?user_code=${user_code}`)).headers.get("location") ?? "";
    const back = await fetch(atGoogle, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ action: "cancel" }),
    });
    const returned = await phone.visit(back.headers.get("location") ?? "");
    const home = await phone.visit(returned.headers.get("location") ?? "");
    expect(home.headers.get("location")).toBe(`${phone.origin}/device?user_code=${user_code}`);
  });
});

describe("an answer counts only from the page that was made for this browser", () => {
  onEmbedded((at) => {
    const confirming = async () => {
      const { user_code } = await askForDevice(at.server);
      const phone = phoneAt(at.server);
      return { phone, user_code, ...(await phone.signIn(user_code, "ada@players.example")) };
    };

    test.each<[string, (origin: string) => Record<string, string>]>([
      ["another site", () => ({ origin: "https://evil.example" })],
      ["a frame without an origin", () => ({ origin: "null" })],
      ["nowhere", () => ({})],
      ["another port of this machine", () => ({ origin: "http://localhost:1" })],
    ])("not from %s", async (_, headersOf) => {
      const { phone, user_code, sealed } = await confirming();
      const answer = await phone.answer(sealed, "allow", headersOf(phone.origin));
      expect([answer.status, answer.text.includes("<h1>Sign-in could not go on")]).toEqual([400, true]);
      expect((await phone.open(user_code)).status).toBe(200);
    });

    test("not in another browser, nor in one without cookies", async () => {
      const { user_code, sealed } = await confirming();
      const other = phoneAt(at.server);
      expect((await other.answer(sealed, "allow")).status).toBe(400);
      await other.open(user_code);
      expect((await other.answer(sealed, "allow")).status).toBe(400);
    });

    test("not with a form that was changed or is older than ten minutes", async () => {
      const { phone, sealed } = await confirming();
      expect((await phone.answer(`${sealed.slice(0, -4)}AAAA`, "allow")).status).toBe(400);
      at.server.clock.advance(601);
      expect((await phone.answer(sealed, "allow")).status).toBe(400);
    });

    test("not from a sign-in that another browser began", async () => {
      const { user_code } = await askForDevice(at.server);
      const atGoogle = await phoneAt(at.server).visit(`/device/sign-in?user_code=${user_code}`);
      const victim = phoneAt(at.server);
      const back = await fetch(atGoogle.headers.get("location") ?? "", {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({ account: "thief@players.example" }),
      });
      expect((await victim.visit(back.headers.get("location") ?? "")).status).toBe(400);
    });

    test("looking ahead finishes nothing", async () => {
      const { phone } = await confirming();
      expect((await phone.visit("/device/return?code=x&state=y", { method: "HEAD" })).status).toBe(200);
    });
  });
});

onEmbedded(
  (at) => {
    test("five wrong codes of an address in an hour, and then not even a right one", async () => {
      const phone = phoneAt(at.server);
      const { user_code } = await askForDevice(at.server);
      for (let turn = 0; turn < 20; turn++) expect((await phone.open(user_code)).status).toBe(200);
      for (let turn = 0; turn < 9; turn++) expect((await phone.open("WDJB")).status).toBe(400);
      const guesses = await Promise.all(Array.from({ length: 12 }, () => phone.open("WDJB-MJHT")));
      expect(guesses.map(({ status }) => status).sort()).toEqual([
        ...Array(5).fill(400),
        ...Array(7).fill(429),
      ]);
      const refused = await phone.open(user_code);
      expect(refused.status).toBe(429);
      expect(refused.text).toContain("<h1>");
      expect(Number(refused.headers.get("retry-after"))).toBeWithin(3_500, 3_601);
      expect((await phone.visit(`/device/sign-in?user_code=${user_code}`)).status).toBe(429);
      const events = (await at.server.logLines()).map(({ event, code }) => [event, code]);
      expect(events).toContainEqual(["refused", "user_code_unknown"]);
    });
  },
  { env: { RATE_LIMIT: "on" } },
);
