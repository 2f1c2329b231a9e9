import { describe, expect, test } from "bun:test";
import { preferredWait } from "../../src/device/prefer";
import { askForDevice, letIn, phoneAt, poll } from "../support/devices";
import { playAsGuest } from "../support/guests";
import { freshAccount, refreshed, signIn } from "../support/players";
import { bearer, get, post } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEachDatabase((at) => {
  const deny = async (userCode: string) => {
    const phone = phoneAt(at.server);
    await phone.answer((await phone.open(userCode)).sealed, "deny");
  };

  test("a device waits, and is signed in as the player who let it in", async () => {
    const account = freshAccount();
    const player = await signIn(at.server, { account });
    const { device_code, user_code } = await askForDevice(at.server, { device: "Television" });
    const waiting = await poll(at.server, device_code);
    expect([waiting.status, waiting.error]).toEqual([400, "authorization_pending"]);
    await letIn(at.server, user_code, account);
    const { status, headers, body } = await poll(at.server, device_code);
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "refresh_token", "token_type"]);
    const me = await get(at.server, "/api/me", bearer(body));
    expect(me.body.user.id).toBe(player.user.id);
    await refreshed(at.server, body);
    const { text } = await get(at.server, "/api/sessions", bearer(body));
    const devices = (JSON.parse(text).sessions as { device: string; current: boolean }[]).filter(
      ({ current }) => current,
    );
    expect(devices).toMatchObject([{ device: "Television" }]);
  });

  test("the first sign-in of a player by a code makes them", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    await letIn(at.server, user_code, "grace@players.example");
    const { body } = await poll(at.server, device_code);
    expect((await get(at.server, "/api/me", bearer(body))).body.user.email).toBe("grace@players.example");
  });

  test("a guest lets another device in from the game", async () => {
    const guest = await playAsGuest(at.server);
    const { device_code, user_code } = await askForDevice(at.server);
    const confirm = { user_code, decision: "allow" };
    expect((await post(at.server, "/api/device/confirm", confirm, bearer(guest))).status).toBe(200);
    const { body } = await poll(at.server, device_code);
    expect((await get(at.server, "/api/me", bearer(body))).body.user.id).toBe(guest.user.id);
  });

  test("who asks too often is slowed down by five seconds more each time", async () => {
    const { device_code } = await askForDevice(at.server);
    const errorAfter = async (seconds: number) => {
      at.server.clock.advance(seconds);
      return (await poll(at.server, device_code)).error;
    };
    expect(await errorAfter(0)).toBe("authorization_pending");
    expect(await errorAfter(5)).toBe("authorization_pending");
    expect(await errorAfter(3)).toBe("slow_down");
    expect(await errorAfter(5)).toBe("slow_down");
    expect(await errorAfter(15)).toBe("authorization_pending");
    expect(await errorAfter(13)).toBe("slow_down");
    expect(await errorAfter(20)).toBe("authorization_pending");
  });

  test("one device's haste slows no other down", async () => {
    const [one, other] = [await askForDevice(at.server), await askForDevice(at.server)];
    await poll(at.server, one.device_code);
    expect((await poll(at.server, one.device_code)).error).toBe("slow_down");
    expect((await poll(at.server, other.device_code)).error).toBe("authorization_pending");
  });

  test("an answer is given at once, however often the device asked", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    for (let turn = 0; turn < 3; turn++) await poll(at.server, device_code);
    await letIn(at.server, user_code, freshAccount());
    expect((await poll(at.server, device_code)).status).toBe(200);
  });

  test("a no is access_denied, and stays so", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    await deny(user_code);
    for (let turn = 0; turn < 2; turn++) {
      const { status, error } = await poll(at.server, device_code);
      expect([status, error]).toEqual([400, "access_denied"]);
    }
  });

  test("after ten minutes it is expired_token", async () => {
    const { device_code } = await askForDevice(at.server);
    at.server.clock.advance(599);
    expect((await poll(at.server, device_code)).error).toBe("authorization_pending");
    at.server.clock.advance(2);
    expect((await poll(at.server, device_code)).error).toBe("expired_token");
  });

  test("who is let in at the last moment still gets in", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    at.server.clock.advance(598);
    await letIn(at.server, user_code, freshAccount());
    at.server.clock.advance(50);
    expect((await poll(at.server, device_code)).status).toBe(200);
  });

  test("who was let in and never came is too late after a minute beyond the ten", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    at.server.clock.advance(598);
    await letIn(at.server, user_code, freshAccount());
    at.server.clock.advance(61);
    expect((await poll(at.server, device_code)).error).toBe("expired_token");
  });

  test("an answer that was lost comes again for a minute, and no longer", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    await letIn(at.server, user_code, freshAccount());
    const first = await poll(at.server, device_code);
    const again = await poll(at.server, device_code);
    expect([again.status, again.body.refresh_token]).toEqual([200, first.body.refresh_token]);
    at.server.clock.advance(61);
    expect((await poll(at.server, device_code)).error).toBe("invalid_grant");
    await refreshed(at.server, first.body);
  });

  test("a code that twenty redeem at once opens one session", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    await letIn(at.server, user_code, freshAccount());
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll(at.server, device_code)));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
  });

  test("of a player who was banned meanwhile nobody is let in", async () => {
    const account = freshAccount();
    const player = await signIn(at.server, { account });
    const { device_code, user_code } = await askForDevice(at.server);
    await letIn(at.server, user_code, account);
    await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [player.user.id]);
    const { status, error } = await poll(at.server, device_code);
    expect([status, error]).toEqual([400, "invalid_grant"]);
  });

  test("a code that is none, another client's or missing is refused", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    expect((await poll(at.server, "x".repeat(43))).error).toBe("invalid_grant");
    expect((await poll(at.server, user_code)).error).toBe("invalid_grant");
    expect((await poll(at.server, device_code, { client_id: "forum" })).error).toBe("invalid_client");
    expect((await poll(at.server, "")).error).toBe("invalid_request");
  });

  test("a request that waits is answered in the moment that the player confirms", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    const account = freshAccount();
    const waiting = poll(at.server, device_code, { wait: 8 });
    await Bun.sleep(1_000);
    await letIn(at.server, user_code, account);
    const confirmed = performance.now();
    const { status, headers } = await waiting;
    expect([status, headers.get("preference-applied")]).toEqual([200, "wait=8"]);
    expect(performance.now() - confirmed).toBeLessThan(1_500);
  });

  test("a request that waits hears a no, too", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    const waiting = poll(at.server, device_code, { wait: 8 });
    await Bun.sleep(300);
    await deny(user_code);
    expect((await waiting).error).toBe("access_denied");
  });

  test("a request waits no longer than it said", async () => {
    const { device_code } = await askForDevice(at.server);
    const began = performance.now();
    expect((await poll(at.server, device_code, { wait: 2 })).error).toBe("authorization_pending");
    expect(performance.now() - began).toBeWithin(1_900, 4_000);
  });

  test("a hundred requests that wait hold no connection of the database", async () => {
    const devices = await Promise.all(Array.from({ length: 100 }, () => askForDevice(at.server)));
    const waiting = devices.map(({ device_code }) => poll(at.server, device_code, { wait: 3 }));
    await Bun.sleep(1_000);
    const began = performance.now();
    await playAsGuest(at.server);
    expect(performance.now() - began).toBeLessThan(1_500);
    const errors = (await Promise.all(waiting)).map(({ error }) => error);
    expect(new Set(errors)).toEqual(new Set(["authorization_pending"]));
  });
});

describe("another client", () => {
  onEmbedded(
    (at) => {
      test("a code is its client's alone, and the page says what it would get to know", async () => {
        const form = { client_id: "forum", scope: "openid email unknown" };
        const { device_code, user_code } = await askForDevice(at.server, form);
        expect((await poll(at.server, device_code, { client_id: "game" })).error).toBe("invalid_grant");
        const phone = phoneAt(at.server);
        const { text, sealed } = await phone.signIn(user_code, "ada@players.example");
        for (const said of ["Sign in to The &lt;forum&gt;?", "see your email address"])
          expect(text).toContain(said);
        expect(text).not.toContain("see your name");
        await phone.answer(sealed, "allow");
        const answer = JSON.parse((await poll(at.server, device_code, { client_id: "forum" })).text);
        expect(answer).toMatchObject({ scope: "openid email", id_token: expect.any(String) });
        expect((await get(at.server, "/api/me", bearer(answer))).status).not.toBe(200);
        const userinfo = await get(at.server, "/oauth/userinfo", bearer(answer));
        expect(JSON.parse(userinfo.text)).toMatchObject({ email: "ada@players.example" });
      });
    },
    {
      adjust: (config) => ({
        ...config,
        oauth: {
          clients: [
            ...config.oauth.clients,
            { id: "forum", name: "The <forum>", redirectUris: [], firstParty: false, anyLoopback: false },
          ],
        },
      }),
    },
  );
});

test.each([
  [null, 0],
  ["wait=25", 25],
  ["wait=3", 3],
  ["wait=600", 25],
  ['respond-async, Wait="10"', 10],
  ["respond-async; wait = 7", 7],
  ["wait=soon", 0],
  ["await=5", 0],
  ["wait=-5", 0],
  ["return=minimal", 0],
])("Prefer: %s waits for %d seconds", (prefer, seconds) => {
  expect(preferredWait(new Headers(prefer === null ? {} : { prefer }))).toBe(seconds);
});
