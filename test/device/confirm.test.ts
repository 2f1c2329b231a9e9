import { expect, test } from "bun:test";
import { askForDevice } from "../support/devices";
import { playAsGuest } from "../support/guests";
import { bearer, expectError, expectInvalid, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const call = (verb: "lookup" | "confirm", body: object, session?: { access_token: string }) =>
    post(at.server, `/api/device/${verb}`, body, session ? bearer(session) : {});

  test("a guest sees from the game what asks", async () => {
    const guest = await playAsGuest(at.server);
    const { user_code } = await askForDevice(at.server, { device: "TV" });
    const answer = await call("lookup", { user_code: user_code.toLowerCase() }, guest);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      {
        status: "success",
        request: {
          user_code,
          client_name: "The game",
          device: "TV",
          ip: "127.0.0.1",
          seconds_ago: expect.any(Number),
        },
      },
    ]);
  });

  test("who says no in the game ends it", async () => {
    const guest = await playAsGuest(at.server);
    const { user_code } = await askForDevice(at.server);
    expect((await call("confirm", { user_code, decision: "deny" }, guest)).status).toBe(200);
    expectError(await call("lookup", { user_code }, guest), "not_found");
  });

  test("a decision that is left out lets nobody in", async () => {
    const guest = await playAsGuest(at.server);
    const { user_code } = await askForDevice(at.server);
    expectInvalid(await call("confirm", { user_code }, guest), "decision");
    expect((await call("lookup", { user_code }, guest)).status).toBe(200);
  });

  test("nobody lets a device in without a session, nor one that is not there", async () => {
    const { user_code } = await askForDevice(at.server);
    expectError(await call("confirm", { user_code, decision: "allow" }), "unauthorized");
    const guest = await playAsGuest(at.server);
    expectError(await call("confirm", { user_code: "WDJB-MJHT", decision: "allow" }, guest), "not_found");
  });
});
