import { Elysia } from "elysia";
import { assetPath } from "../assets";

const FILES = ["console.css", "console.js", "icon.svg"];

/** What the pages of the console load, for anybody: nothing in it is anybody's. */
export function consoleFiles() {
  const app = new Elysia({ name: "console-files", detail: { hide: true } });
  for (const name of FILES) {
    const file = Bun.file(assetPath(`src/console/${name}`));
    app.get(`/console/${name}`, () => new Response(file, { headers: { "cache-control": "no-cache" } }));
  }
  return app;
}
