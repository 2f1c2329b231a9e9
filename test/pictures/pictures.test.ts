import { expect, test } from "bun:test";
import { MAXIMUM_PICTURE_BYTES } from "../../src/pictures/image";
import { chromiumPath, launchChromium } from "../support/chromium";
import { signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase, onEmbedded, type Suite } from "../support/suite";

type Session = Awaited<ReturnType<typeof signIn>>;

/** A dot that one can half see through. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1]).toString("base64");
const WEBP = Buffer.concat([
  Buffer.from("RIFF"),
  Buffer.from([26, 0, 0, 0]),
  Buffer.from("WEBPVP8L"),
]).toString("base64");

/** A PNG of exactly so many bytes; what follows the signature is any. */
function pngOf(bytes: number): string {
  const picture = Buffer.alloc(bytes, 7);
  Buffer.from(PNG, "base64").copy(picture, 0, 0, 8);
  return `data:image/png;base64,${picture.toString("base64")}`;
}

const change = (at: Suite, session: Session, new_picture: unknown) =>
  post(at.server, "/api/update_picture", { new_picture }, bearer(session));

/** Sends a picture, and gives the path that it is at. */
async function keep(at: Suite, session: Session, dataUrl: string): Promise<string> {
  const { status, body } = await change(at, session, dataUrl);
  expect(status).toBe(200);
  return new URL(String(body.user.picture)).pathname;
}

onEachDatabase((at) => {
  test.each([
    ["image/png", PNG],
    ["image/jpeg", JPEG],
    ["image/webp", WEBP],
  ])("a picture that is sent as %s is at the address that comes back", async (mediaType, base64) => {
    const session = await signIn(at.server);
    const { status, body } = await change(at, session, `data:${mediaType};base64,${base64}`);
    expect([status, body as object]).toEqual([
      200,
      {
        status: "success",
        user: { ...session.user, picture: expect.stringMatching(/\/pictures\/[\w-]{43}$/) },
      },
    ]);
    expect((await get(at.server, "/api/me", bearer(session))).body.user.picture).toBe(body.user.picture);
    const response = await fetch(at.server.origin + new URL(String(body.user.picture)).pathname);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(mediaType);
    expect(Buffer.from(await response.arrayBuffer()).toString("base64")).toBe(base64);
  });

  test("it is for every page to keep and show, and can do nothing when it is opened by itself", async () => {
    const path = await keep(at, await signIn(at.server), `data:image/png;base64,${PNG}`);
    const { headers } = await get(at.server, path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
      "access-control-allow-origin": "*",
    });
    expect(headers.get("x-request-id")).not.toBeNull();
  });

  test("a picture of 256 KiB is kept, and one byte more is a 413 that changes nothing", async () => {
    const session = await signIn(at.server);
    const path = await keep(at, session, pngOf(MAXIMUM_PICTURE_BYTES));
    expectError(await change(at, session, pngOf(MAXIMUM_PICTURE_BYTES + 1)), "payload_too_large");
    expectError(await change(at, session, pngOf(2 * MAXIMUM_PICTURE_BYTES)), "payload_too_large");
    const { user } = (await get(at.server, "/api/me", bearer(session))).body;
    expect(new URL(String(user.picture)).pathname).toBe(path);
    expect((await get(at.server, path)).status).toBe(200);
  });

  test.each([
    ["a JPEG that says it is a PNG", `data:image/png;base64,${JPEG}`],
    ["a page that says it is a JPEG", `data:image/jpeg;base64,${btoa("<script>alert(1)</script>")}`],
    ["a sound in the container of a WebP", `data:image/webp;base64,${btoa("RIFF\x1a\0\0\0WAVEfmt ")}`],
    ["a drawing, which can hold scripts", `data:image/svg+xml;base64,${btoa("<svg/>")}`],
    ["a GIF", `data:image/gif;base64,${btoa("GIF89a")}`],
    ["half a signature", `data:image/png;base64,${btoa("\x89PN")}`],
    ["no bytes", "data:image/png;base64,"],
    ["what is not base64", `data:image/png;base64,${PNG.slice(0, 20)}!`],
    ["padding in the middle", `data:image/png;base64,${PNG}=${PNG}`],
    ["text that is not in base64", "data:image/png,x"],
    ["another parameter", `data:image/png;charset=utf-8;base64,${PNG}`],
  ])("%s is no picture", async (_what, picture) => {
    const session = await signIn(at.server);
    expectInvalid(await change(at, session, picture), "new_picture");
    expect((await get(at.server, "/api/me", bearer(session))).body.user).toEqual(session.user);
  });

  test.each([
    ["another picture", pngOf(100)],
    ["a key", "chef-hat-3"],
    ["a URL", "https://example.com/ada.png"],
    ["none", null],
  ])("once its player has %s, a picture is gone", async (_what, next) => {
    const session = await signIn(at.server);
    const path = await keep(at, session, pngOf(99));
    expect((await change(at, session, next)).status).toBe(200);
    expectError(await get(at.server, path), "not_found");
  });

  test("a picture that two players have stays while one of them has it", async () => {
    const [one, other] = [await signIn(at.server), await signIn(at.server)];
    const path = await keep(at, one, pngOf(1_000));
    expect(await keep(at, other, pngOf(1_000))).toBe(path);
    await change(at, one, null);
    expect((await get(at.server, path)).status).toBe(200);
    await change(at, other, null);
    expectError(await get(at.server, path), "not_found");
  });

  test("of many pictures sent at once the player has one, and it is there", async () => {
    const session = await signIn(at.server);
    await Promise.all([20, 21, 22, 23, 24, 25].map((bytes) => keep(at, session, pngOf(bytes))));
    const { user } = (await get(at.server, "/api/me", bearer(session))).body;
    expect((await get(at.server, new URL(String(user.picture)).pathname)).status).toBe(200);
  });
});

onEmbedded((at) => {
  test.each(["x".repeat(43), "..%2f..%2fetc%2fpasswd", "%00", "a"])("/pictures/%s is a 404", async (hash) => {
    expectError(await get(at.server, `/pictures/${hash}`), "not_found");
  });

  test("no other route takes a body of that size", async () => {
    expectError(
      await post(at.server, "/api/login", { access_token: "x".repeat(20_000) }),
      "payload_too_large",
    );
    const session = await signIn(at.server);
    const rename = { new_username: "x".repeat(20_000) };
    expectError(await post(at.server, "/api/update_username", rename, bearer(session)), "payload_too_large");
  });

  test.skipIf(!chromiumPath())(
    "a page of another origin shows the picture, and a game draws it on its canvas",
    async () => {
      const session = await signIn(at.server);
      const { body } = await change(at, session, `data:image/png;base64,${PNG}`);
      await using stack = new AsyncDisposableStack();
      const page = new Response("<!doctype html><title>Game</title>", {
        headers: { "content-type": "text/html" },
      });
      const game = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => page.clone() });
      stack.defer(() => game.stop(true));
      const browser = await launchChromium();
      stack.defer(() => browser.close());
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${game.port}/`);
      const pixel = await tab.evaluate(async (url) => {
        const image = new Image();
        image.crossOrigin = "anonymous";
        image.src = url;
        await image.decode();
        const canvas = document.createElement("canvas").getContext("2d");
        canvas?.drawImage(image, 0, 0);
        return [image.naturalWidth, canvas?.getImageData(0, 0, 1, 1).data[3]];
      }, String(body.user.picture));
      expect(pixel).toEqual([1, 127]);
    },
  );
});
