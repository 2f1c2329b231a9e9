import { expect, test } from "bun:test";
import { freshAccount, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const logout = (refresh_token: unknown) => post(at.server, "/api/logout", { refresh_token });
  const expectLoggedOut = async (token: string) => {
    const { status, body } = await logout(token);
    expect([status, body as object]).toEqual([200, { status: "success" }]);
  };

  test("S38 a sign-out ends the session at once, access token included", async () => {
    const session = await signIn(at.server);
    await expectLoggedOut(session.refresh_token);
    expectError(await refresh(at.server, session), "invalid_grant");
    expectError(await get(at.server, "/api/me", bearer(session)), "invalid_token");
    const rename = await post(
      at.server,
      "/api/update_username",
      { new_username: "Too Late" },
      bearer(session),
    );
    expectError(rename, "invalid_token");
  });

  test("S37 signing out twice is no error, nor is a token that never was", async () => {
    const { refresh_token } = await signIn(at.server);
    await expectLoggedOut(refresh_token);
    await expectLoggedOut(refresh_token);
    for (const token of ["made-up", "x".repeat(8_000), `${refresh_token}x`]) await expectLoggedOut(token);
  });

  test("a token from before the last refresh signs out too", async () => {
    const first = await signIn(at.server);
    const last = await refreshed(at.server, await refreshed(at.server, first));
    await expectLoggedOut(first.refresh_token);
    expectError(await refresh(at.server, last), "invalid_grant");
  });

  test("signing out needs no access token and leaves the other devices alone", async () => {
    const account = freshAccount();
    const phone = await signIn(at.server, { account });
    const desk = await signIn(at.server, { account });
    await expectLoggedOut(phone.refresh_token);
    await refreshed(at.server, desk);
  });

  test("S36 nothing works after a completed sign-out, whatever refresh raced it", async () => {
    for (let round = 0; round < 10; round++) {
      const first = await signIn(at.server);
      const second = await refreshed(at.server, first);
      const [a, , b, c] = await Promise.all([
        refresh(at.server, second),
        expectLoggedOut(first.refresh_token),
        refresh(at.server, second),
        refresh(at.server, first),
      ]);
      const winners = [a, b, c].filter(({ status }) => status === 200).map(({ body }) => body);
      for (const session of [first, second, ...winners]) {
        expectError(await refresh(at.server, session), "invalid_grant");
        expectError(await get(at.server, "/api/me", bearer(session)), "invalid_token");
      }
    }
  });

  test.each([[undefined], [null], [7], [""], [["a"]]])("a refresh_token of %j is a 400", async (token) => {
    expectInvalid(await logout(token), "refresh_token");
  });

  test("a sign-out is logged once", async () => {
    const session = await signIn(at.server);
    await expectLoggedOut(session.refresh_token);
    await expectLoggedOut(session.refresh_token);
    const lines = (await at.server.logLines()).filter(
      ({ event, user_id }) => event === "logout" && user_id === session.user.id,
    );
    expect(lines).toHaveLength(1);
  });
});
