import { expect, test } from "bun:test";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  test("the game is at /play/, and /play leads there", async () => {
    const redirect = await get(at.server, "/play");
    const { href } = new URL(redirect.headers.get("location") ?? "", `${at.server.origin}/play`);
    expect([redirect.status, href]).toEqual([302, `${at.server.origin}/play/`]);
    const page = await get(at.server, "/play/");
    expect(page.headers.get("content-type")).toStartWith("text/html");
  });

  test("everything the page loads is served with its type", async () => {
    const { text } = await get(at.server, "/play/");
    // A link that leads out of the game loads nothing.
    const files = [...text.matchAll(/(?:src|href)="(?!\.\.\/)([^"#]+)"/g)].map(([, file]) => file);
    expect(files).not.toBeEmpty();
    for (const name of files) {
      const file = await get(at.server, `/play/${name}`);
      expect([name, file.status]).toEqual([name, 200]);
      expect(file.headers.get("content-type")).toMatch(/javascript|css|svg/);
    }
  });

  test.each(["..%2fpackage.json", "%2e%2e", ".env", "nothing.js", "..%5cx.js"])(
    "/play/%s is not there",
    async (name) => {
      expect((await get(at.server, `/play/${name}`)).status).toBe(404);
    },
  );
});
