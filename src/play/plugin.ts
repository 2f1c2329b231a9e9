import { Elysia } from "elysia";
import { readAsset } from "../assets";
import { ApiError } from "../errors";
import { browserSdk } from "../explorer/browser-sdk";

const GAME = "sdk/examples/browser-game";
const FILE_NAME = /^[a-z0-9-]+\.[a-z]+$/;
const HIDDEN = { detail: { hide: true } };

/** `/play/`: the SDK's example game, to try a sign-in with. In development only. */
export function play() {
  return (
    new Elysia({ name: "play" })
      // Relative, because a proxy may have taken a path prefix off.
      .get("/play", ({ redirect }) => redirect("play/", 302), HIDDEN)
      .get("/play/", () => file("index.html"), HIDDEN)
      .get(
        "/play/account-sdk.js",
        async () => new Response(await browserSdk(), { headers: { "content-type": "text/javascript" } }),
        HIDDEN,
      )
      .get("/play/:file", ({ params }) => file(params.file), HIDDEN)
  );
}

async function file(name: string): Promise<Response> {
  const found = FILE_NAME.test(name) && (await readAsset(`${GAME}/${name}`).catch(() => null));
  if (!found) throw new ApiError("not_found");
  return new Response(found, { headers: { "cache-control": "no-cache" } });
}
