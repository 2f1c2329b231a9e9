import { expect, test } from "bun:test";
import { profileOf } from "../../src/identity/claims";
import { signIn } from "../support/players";
import { onEachDatabase } from "../support/suite";

const UNFIT = [
  "javascript:alert(1)",
  "data:image/png;base64,AAAA",
  "http://example.com/ada.png",
  "https://ada:secret@example.com/ada.png",
  'https://example.com/"onerror=alert(1)',
  "https://example.com/\u202Egnp.ada",
  "https://example.com/a\0",
  "https://example.com/\uD83D",
  `https://example.com/${"x".repeat(2_029)}`,
  "chef-hat-3",
  "",
];

test.each(UNFIT)("a picture that is %j by the provider's account is none", (picture) => {
  expect(profileOf({ name: "Ada", picture })).toEqual({ name: "Ada", picture: null });
  expect(profileOf({ name: "Ada", picture }, { onThisMachine: true }).picture).toBeNull();
});

test.each([7, true, null, undefined, {}, [["https://example.com/ada.png"]]])("neither is %j", (picture) => {
  expect(profileOf({ picture }).picture).toBeNull();
});

test("Google's own picture is taken over", () => {
  const picture = "https://lh3.googleusercontent.com/a/ACg8ocK-x_y=s96-c";
  expect(profileOf({ picture }).picture).toBe(picture);
});

test("http: is for a provider on this machine alone", () => {
  const picture = "http://127.0.0.1:3001/local/avatars/1.svg";
  expect(profileOf({ picture }).picture).toBeNull();
  expect(profileOf({ picture }, { onThisMachine: true }).picture).toBe(picture);
});

onEachDatabase((at) => {
  test.each(["javascript:alert(1)", "https://a:b@example.com/ada.png"])(
    "a new player whom Google gives the picture %s has none",
    async (picture) => {
      expect((await signIn(at.server, { picture })).user.picture).toBeNull();
    },
  );

  test("a new player has the picture that Google gives", async () => {
    const picture = "https://lh3.googleusercontent.com/a/ada=s96-c";
    expect((await signIn(at.server, { picture })).user.picture).toBe(picture);
  });
});
