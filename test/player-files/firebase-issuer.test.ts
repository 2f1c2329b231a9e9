import { afterAll, beforeAll, expect, test } from "bun:test";
import { openEmbeddedForTest } from "../support/databases";
import type { HostileIssuer } from "../support/hostile-issuer";
import { startHostileOpenId, withIssuers } from "../support/hostile-openid";
import { playerFile, playerFilesAt } from "../support/player-files";
import { post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

let issuer: HostileIssuer;
let server: TestServer;

beforeAll(async () => {
  issuer = await startHostileOpenId();
  server = await startTestServer({
    database: await openEmbeddedForTest(),
    adjust: (config) => withIssuers(config, { firebase: issuer }),
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await server.database.close();
  await issuer.stop();
});

test("where Firebase is an issuer here, its own token signs in everybody of its file, those with a password and nobody else's", async () => {
  const files = playerFilesAt(server.database, server.config);
  const report = await files.import("firebase", playerFile("firebase-users.json"));
  expect(report).toMatchObject({ newPlayers: 4, withoutWayIn: 0, notSetUp: [] });
  const login = async (sub: string) =>
    post(server, "/api/login", { provider: "firebase", id_token: await issuer.idToken({ sub }) });
  const bob = await login("7Qw8Er9TyUiOpAsDfGhJkLzXcVb2");
  expect([bob.status, bob.body.user?.created_at]).toEqual([200, "2025-05-30T23:38:05.000Z"]);
  const anonymous = await login("9AsDfGhJkLqWeRtYuIoPzXcVbNm3");
  expect(anonymous.body.user?.created_at).toBe("2025-05-30T23:38:05.000Z");
  const cheat = await login("2ZxCvBnMaSdFgHjKlQwErTyUiOp4");
  expect(cheat.body.code).toBe("account_disabled");
  const stranger = await login("nobody-of-the-file");
  expect(stranger.body.user?.created_at).not.toBe("2025-05-30T23:38:05.000Z");
});
