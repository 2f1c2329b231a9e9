import { expect, test } from "bun:test";
import { askForDevice, postForm } from "../support/devices";
import { post, send } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEachDatabase((at) => {
  test("a device that asks gets both codes, and where its player has to go", async () => {
    const answer = await postForm(at.server, "/oauth/device_authorization", {
      client_id: "game",
      device: "TV",
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const uri = `http://localhost:${new URL(at.server.origin).port}/device`;
    const body = JSON.parse(answer.text);
    expect(body).toEqual({
      device_code: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/),
      verification_uri: uri,
      verification_uri_complete: `${uri}?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  test("the database holds no code, and no hash that anybody could try user codes against", async () => {
    const { device_code, user_code } = await askForDevice(at.server);
    const { rows } = await at.server.database.pool.query("SELECT * FROM device_codes");
    const everything = JSON.stringify(rows);
    expect(everything).not.toContain(device_code);
    expect(everything).not.toContain(user_code);
    const hashes = rows.map(({ user_hash }) => Buffer.from(user_hash).toString("hex"));
    for (const guess of [user_code, user_code.replace("-", ""), user_code.toLowerCase()])
      expect(hashes).not.toContain(new Bun.CryptoHasher("sha256").update(guess).digest("hex"));
  });
});

onEmbedded((at) => {
  test("an application that is not registered may not ask", async () => {
    const answer = await postForm(at.server, "/oauth/device_authorization", { client_id: "somebody" });
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, "invalid_client"]);
  });

  test.each<[string, RequestInit, number, string?]>([
    ["JSON", { body: '{"client_id":"game"}', headers: { "content-type": "application/json" } }, 415],
    ["no client", { body: new URLSearchParams({ device: "TV" }) }, 400],
    ["a member twice", { body: new URLSearchParams("client_id=game&client_id=game") }, 400],
    [
      "a device's name of 65 characters",
      { body: new URLSearchParams({ client_id: "game", device: "x".repeat(65) }) },
      400,
    ],
    [
      "a scope with a line break",
      { body: new URLSearchParams({ client_id: "game", scope: "openid\nemail" }) },
      400,
      "invalid_scope",
    ],
    ["a NUL", { body: new URLSearchParams({ client_id: "game", device: "a\0b" }) }, 400],
  ])("%s is refused in OAuth's words", async (_, init, status, error = "invalid_request") => {
    const answer = await send(at.server, "/oauth/device_authorization", { method: "POST", ...init });
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([status, error]);
  });

  test("a device's name of 64 emoji is kept whole", async () => {
    const device = "📺".repeat(64);
    const { user_code } = await askForDevice(at.server, { device });
    const page = await send(at.server, `/device?user_code=${user_code}&redirected=1`);
    expect(page.text).toContain(device);
  });

  test("the game's own endpoints take no forms", async () => {
    expect((await postForm(at.server, "/api/refresh", { refresh_token: "x" })).status).toBe(415);
    expect((await post(at.server, "/device", {})).status).toBe(415);
  });
});

onEmbedded(
  (at) => {
    test("two hundred devices of an address may ask in an hour", async () => {
      const ask = () => postForm(at.server, "/oauth/device_authorization", { client_id: "game" });
      for (let asked = 0; asked < 200; asked++) expect((await ask()).status).toBe(200);
      const refused = await ask();
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 3_601);
    });
  },
  { env: { RATE_LIMIT: "on" } },
);
