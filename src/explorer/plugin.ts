import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import { readAsset } from "../assets";
import type { OwnUrl } from "../http/own-url";
import { ABOUT } from "./about";
import { browserSdk } from "./browser-sdk";
import { toOpenApi30 } from "./openapi-30";
import { toOpenApi31 } from "./openapi-31";

const SCALAR = "node_modules/@scalar/api-reference/dist/browser/standalone.js";

/** Where the plugin answers with its document, which leaves here in OpenAPI 3.1. */
const PATH_31 = "/swagger/json";

/**
 * `/swagger`: every endpoint, to read and to try, from a bundle that this server serves itself; and the document in
 * OpenAPI 3.1 and 3.0.3, for generators of clients.
 */
export function explorer({ ownUrl }: { ownUrl: OwnUrl }) {
  const documented = swagger({
    path: "/swagger",
    specPath: PATH_31,
    scalarCDN: "swagger/explorer.js",
    excludeStaticFile: false,
    exclude: [/^\/swagger/, /^\/play/],
    documentation: ABOUT,
  });
  const document = createDocument(documented.routes.find(({ path }) => path === PATH_31)?.handler);

  return (
    new Elysia({ name: "explorer" })
      .get("/swagger/explorer.js", async () => script(await readAsset("src/explorer/explorer.js")), HIDDEN)
      .get(
        "/swagger/explorer.css",
        async () => new Response(await readAsset("src/explorer/explorer.css")),
        HIDDEN,
      )
      .get("/swagger/scalar.js", async () => script(await readAsset(SCALAR)), HIDDEN)
      .get("/swagger/account-sdk.js", async () => script(await browserSdk()), HIDDEN)
      // What the page loads is named relative to /swagger, because a proxy may have taken a path prefix off.
      .get("/swagger/", ({ redirect }) => redirect("../swagger", 302), HIDDEN)
      .get("/favicon.ico", async () => new Response(await readAsset("src/explorer/favicon.svg")), HIDDEN)
      .get("/openapi.json", ({ server }) => json(document(ownUrl(server?.port)).in30), HIDDEN)
      .mapResponse(({ path, server }) =>
        path === PATH_31 ? json(document(ownUrl(server?.port)).in31) : undefined,
      )
      .use(documented)
  );
}

const HIDDEN = { detail: { hide: true } };

/**
 * Makes the documents once for each address of the server: by the first request for one, all routes are there.
 * @param readPlugin the plugin's own handler
 */
function createDocument(readPlugin: unknown) {
  const made = new Map<string, { in31: string; in30: string }>();
  return (serverUrl: string) => {
    const known = made.get(serverUrl);
    if (known) return known;
    const in31 = toOpenApi31((readPlugin as () => unknown)(), serverUrl);
    const both = { in31: JSON.stringify(in31), in30: JSON.stringify(toOpenApi30(in31)) };
    made.set(serverUrl, both);
    return both;
  };
}

function json(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json;charset=utf-8" } });
}

function script(body: Blob | string): Response {
  return new Response(body, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
  });
}
