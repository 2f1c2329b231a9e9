import { expect, test } from "bun:test";
import { signIn } from "../support/players";
import { bearer, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const change = (session: { access_token: string }, new_picture: unknown) =>
    post(at.server, "/api/update_picture", { new_picture }, bearer(session));

  test.each([
    "https://example.com/ada.png",
    "https://example.com/ada.png?size=96#face",
    "https://[2001:db8::1]/ada.png",
    "https://b\u00FCcher.example/\u00E4.png",
    "https://example.com/@ada,(96)&x=1;y/%3Cada%3E.png",
    `https://example.com/${"x".repeat(2_028)}`,
    "chef-hat_3",
    "A",
    "x".repeat(64),
    null,
  ])("a picture can be %s", async (picture) => {
    const session = await signIn(at.server);
    const { status, body } = await change(session, picture);
    expect([status, body as object]).toEqual([
      200,
      { status: "success", user: { ...session.user, picture } },
    ]);
    expect((await get(at.server, "/api/me", bearer(session))).body.user.picture).toBe(picture);
  });

  test.each([
    "",
    "http://example.com/ada.png",
    "ftp://example.com/ada.png",
    "HTTPS://example.com/ada.png",
    "javascript:alert(1)",
    "//example.com/ada.png",
    "https:example.com",
    "https://",
    "https://exa mple.com/",
    "https://example.com/\n",
    "https://example.com:99999/",
    "https://[::1/",
    "https://%00/",
    "https://ada@example.com/ada.png",
    "https://ada:secret@example.com/ada.png",
    "https://@example.com/ada.png",
    "https:///example.com/ada.png",
    'https://example.com/ada.png"onerror=alert(1)',
    "https://example.com/ada.png'onerror=alert(1)",
    "https://example.com/`ada`.png",
    "https://example.com/<script>",
    "https://example.com\\@evil.example/ada.png",
    "https://example.com/\u202Egnp.ada",
    "https://example.com/\u2066ada.png",
    "https://example.com/a\u200Bda.png",
    "https://example.com/a\u00ADda.png",
    "https://example.com/ada\uFE0F.png",
    "https://example.com/ada\u{E0041}.png",
    "https://example.com/\u0085",
    "http://localhost/ada.png",
    `https://example.com/${"x".repeat(2_029)}`,
    "x".repeat(65),
    "chef hat",
    "chef.hat",
    "../hat",
    "h\u00E4t",
    "hat\n",
    7,
    true,
    {},
    undefined,
  ])("a picture cannot be %j", async (picture) => {
    const session = await signIn(at.server);
    expectInvalid(await change(session, picture), "new_picture");
    expect((await get(at.server, "/api/me", bearer(session))).body.user).toEqual(session.user);
  });

  test("a picture cannot be an array", async () => {
    expectInvalid(await change(await signIn(at.server), ["hat"]), "new_picture");
  });

  test("a picture of one's own stays when signing in again", async () => {
    const account = "picture-keeper@players.example";
    const session = await signIn(at.server, { account });
    await change(session, "hat");
    expect((await signIn(at.server, { account })).user.picture).toBe("hat");
  });
});
