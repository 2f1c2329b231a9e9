import { Elysia } from "elysia";
import { readAsset } from "../assets";

const FILES = ["console.css", "console.js", "icon.svg"];

/** What the pages of the console load, for anybody: nothing in it is anybody's. */
export function consoleFiles() {
  const app = new Elysia({ name: "console-files", detail: { hide: true } });
  for (const name of FILES) {
    app.get(`/console/${name}`, async () => {
      const file = await readAsset(`src/console/${name}`);
      return new Response(file, { headers: { "cache-control": "no-cache" } });
    });
  }
  return app;
}
