import { expect, test } from "bun:test";
import { systemClock } from "../../src/clock";
import { withStandIns } from "../../src/host/with-stand-ins";
import { startStandIns } from "../../src/stand-ins/start";
import { load } from "../config/support";

test("stand-ins play what is not configured, and nothing else", async () => {
  const standIns = startStandIns({ port: 0, clock: systemClock });
  const { origin, endpoints } = standIns;
  await standIns.stop();
  const env = { DISCORD_CLIENT_ID: "157730590492196864", DISCORD_CLIENT_SECRET: "secret" };
  const played = withStandIns(load(), { endpoints });
  expect(played.google).toMatchObject({ local: false, endpoints: { token: `${origin}/token` } });
  expect(played.googlePlay).toMatchObject({ local: false, tokenUrl: `${origin}/google-play/token` });
  expect(played.discord).toMatchObject({ local: false, url: `${origin}/discord` });
  expect(withStandIns(load({ env }), { endpoints }).discord).toMatchObject({
    local: false,
    clientId: env.DISCORD_CLIENT_ID,
    url: "https://discord.com",
  });
});
