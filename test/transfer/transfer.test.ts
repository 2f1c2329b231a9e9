import { expect, test } from "bun:test";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const newCode = async (session: { access_token: string }) => {
    const answer = await send(at.server, "/api/transfer_code", { method: "POST", headers: bearer(session) });
    expect(answer.text).toStartWith('{"status":"success"');
    return answer.body.transfer_code;
  };
  const login = (transfer_code: unknown, headers = {}) =>
    post(at.server, "/api/login", { transfer_code, device: "new" }, headers);

  test("a guest moves to a new device and is signed in on both", async () => {
    const guest = await playAsGuest(at.server);
    const code = await newCode(guest);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    const { status, body } = await login(code);
    expect([status, body.user.id]).toEqual([200, guest.user.id]);
    expect(body.refresh_token).not.toBe(guest.refresh_token);
    await refreshed(at.server, body);
    await refreshed(at.server, guest);
  });

  test("a code may be typed in small letters, with other separators, and with letters for digits", async () => {
    const guest = await playAsGuest(at.server);
    const code = await newCode(guest);
    const typed = ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `;
    expect((await login(typed)).body.user.id).toBe(guest.user.id);
  });

  test("a code serves once; an answer that was lost comes again for a minute", async () => {
    const code = await newCode(await playAsGuest(at.server));
    const first = await login(code);
    const again = await login(code);
    expect([again.status, again.body.refresh_token]).toEqual([200, first.body.refresh_token]);
    at.server.clock.advance(61);
    expectError(await login(code), "invalid_grant");
    await refreshed(at.server, first.body);
  });

  test("the player sees among what happened that a code has served, once", async () => {
    const guest = await playAsGuest(at.server);
    const code = await newCode(guest);
    await login(code);
    await login(code);
    const { text } = await get(at.server, "/api/me/events", bearer(guest));
    const { events } = JSON.parse(text) as { events: { action: string; by: string }[] };
    expect(events.map(({ action, by }) => [action, by])).toEqual([
      ["transfer", "player"],
      ["new_device", "player"],
      ["new_device", "player"],
    ]);
  });

  test("a code that twenty use at once opens one session", async () => {
    const code = await newCode(await playAsGuest(at.server));
    const answers = await Promise.all(Array.from({ length: 20 }, () => login(code)));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
  });

  test("a code is good for a day, and until there is another one", async () => {
    const guest = await playAsGuest(at.server);
    const earlier = await newCode(guest);
    const later = await newCode(guest);
    expectError(await login(earlier), "invalid_grant");
    at.server.clock.advance(86_401);
    expectError(await login(later), "invalid_grant");
  });

  test("a code of a player who was given up since leads to the one who was kept", async () => {
    const { linkGoogle, resolve } = linkingAt(at.server);
    const theirs = await signIn(at.server, { account: "transfer-kept@players.example" });
    const guest = await playAsGuest(at.server);
    const code = await newCode(guest);
    const { body } = await linkGoogle(guest, "transfer-kept@players.example");
    await resolve(guest, body.ticket, "theirs");
    expect((await login(code)).body.user.id).toBe(theirs.user.id);
  });

  test("on a device with a player of its own the code is a proof, and the player chooses", async () => {
    const { link, resolve } = linkingAt(at.server);
    const old = await playAsGuest(at.server);
    const key = newGuestKey();
    const fresh = await playAsGuest(at.server, key);
    const answer = await link(fresh, { transfer_code: await newCode(old) });
    expect([answer.body.code, answer.body.theirs.name]).toEqual(["identity_in_use", old.user.name]);
    await resolve(fresh, answer.body.ticket, "theirs");
    expect((await playAsGuest(at.server, key)).user.id).toBe(old.user.id);
  });

  test.each(["", "AAAA-AAAA", "UUUU-UUUU-UUUU", "ZZZZ-ZZZZ-ZZZZ"])("%j is no code", async (code) => {
    if (code === "") expectInvalid(await login(code), "transfer_code");
    else expectError(await login(code), "invalid_grant");
  });

  test("S39 the database holds no code, and no hash that anybody could try codes against", async () => {
    const code = await newCode(await playAsGuest(at.server));
    const plain = code.replaceAll("-", "");
    const { rows } = await at.server.database.pool.query("SELECT code_hash FROM transfer_codes");
    const hashes = rows.map(({ code_hash }) => Buffer.from(code_hash).toString("hex"));
    for (const guess of [code, plain, plain.toLowerCase()])
      expect(hashes).not.toContain(new Bun.CryptoHasher("sha256").update(guess).digest("hex"));
  });
});
