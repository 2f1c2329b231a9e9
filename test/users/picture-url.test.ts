import { expect, test } from "bun:test";
import fc from "fast-check";
import { isPictureUrl } from "../../src/users/picture-url";

test("whatever the text, a URL that passes is https:, without user-info, markup and what cannot be seen", () => {
  const pieces = [
    "https://",
    "http://",
    "example.com",
    "localhost",
    "/",
    "?",
    "#",
    "@",
    ":",
    "\\",
    "%40",
    "a",
    "\t",
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 3 })), {
      maxLength: 6,
    })
    .map((parts) => `https://${parts.join("")}`);
  fc.assert(
    fc.property(text, (picture) => {
      if (!isPictureUrl(picture)) return;
      const { protocol, username, password, host } = new URL(picture);
      expect([protocol, username, password]).toEqual(["https:", "", ""]);
      expect(host).not.toBe("");
      expect(picture).not.toMatch(/[\s<>"'`\\\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u);
    }),
    { seed: 39, numRuns: 5_000 },
  );
});

test.each(["http://127.0.0.1:3001/local/avatars/1.svg", "http://localhost/a.svg", "http://[::1]:80/a.svg"])(
  "%s is a picture of a provider on this machine, and no other's",
  (picture) => {
    expect(isPictureUrl(picture, { orLoopback: true })).toBe(true);
    expect(isPictureUrl(picture)).toBe(false);
  },
);

test.each([
  "http://example.com/a.svg",
  "http://localhost.example/a.svg",
  "http://a@localhost/",
  "file:///a.svg",
])("%s is no picture even there", (picture) => {
  expect(isPictureUrl(picture, { orLoopback: true })).toBe(false);
});
