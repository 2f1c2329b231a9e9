import { swagger } from "@elysiajs/swagger";
import { Elysia } from "elysia";
import { assetPath } from "../assets";
import { browserSdk } from "./browser-sdk";
import { type OpenApiDocument, toOpenApi31 } from "./openapi-document";

const SCALAR = "node_modules/@scalar/api-reference/dist/browser/standalone.js";

const DESCRIPTION = `Google sign-in, sessions and profiles for games.

Press **Sign in** above: the requests you send from here then carry your access token. Every answer is JSON with
\`status\` \`success\` or \`error\`; an error has a stable \`code\`, a sentence and the \`request_id\` to quote.`;

const TAGS = [
  { name: "Session", description: "Sign in, stay signed in, sign out." },
  { name: "Profile", description: "The signed-in player." },
  { name: "Players", description: "What everybody may see of players." },
  { name: "Game servers", description: "Who joins, and what players have won." },
  { name: "Devices", description: "Where the player is signed in." },
  { name: "Sign-in page", description: "The server as Google's OAuth client. Open these in a browser." },
  {
    name: "OAuth",
    description: "The server as an authorization server and OpenID provider, for any OAuth library.",
  },
  {
    name: "Keys",
    description: "Public keys of id tokens, and of access tokens that are signed with a private one.",
  },
  { name: "Health", description: "For load balancers." },
];

/** `/swagger`: every endpoint, to read and to try, from a bundle that this server serves itself. */
export function explorer() {
  return (
    new Elysia({ name: "explorer" })
      .get("/swagger/explorer.js", () => script(file("src/explorer/explorer.js")), HIDDEN)
      .get("/swagger/explorer.css", () => new Response(file("src/explorer/explorer.css")), HIDDEN)
      .get("/swagger/scalar.js", () => script(file(SCALAR)), HIDDEN)
      .get("/swagger/account-sdk.js", async () => script(await browserSdk()), HIDDEN)
      // What the page loads is named relative to /swagger, because a proxy may have taken a path prefix off.
      .get("/swagger/", ({ redirect }) => redirect("../swagger", 302), HIDDEN)
      .get("/favicon.ico", () => new Response(file("src/explorer/favicon.svg")), HIDDEN)
      .mapResponse(({ path, responseValue }) => {
        if (path !== "/swagger/json") return undefined;
        return Response.json(toOpenApi31(responseValue as OpenApiDocument));
      })
      .use(
        swagger({
          path: "/swagger",
          scalarCDN: "swagger/explorer.js",
          excludeStaticFile: false,
          exclude: [/^\/swagger/, /^\/play/],
          documentation: {
            openapi: "3.1.0",
            info: { title: "Account server", version: "1", description: DESCRIPTION },
            tags: TAGS,
            components: {
              securitySchemes: {
                serverKey: {
                  type: "http",
                  scheme: "bearer",
                  description: "A key of a server of the studio's, `sk_…`.",
                },
                bearer: {
                  type: "http",
                  scheme: "bearer",
                  bearerFormat: "JWT",
                  description: "An access token.",
                },
              },
            },
          },
        }),
      )
  );
}

const HIDDEN = { detail: { hide: true } };

function file(path: string): Blob {
  return Bun.file(assetPath(path));
}

function script(body: Blob | string): Response {
  return new Response(body, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
  });
}
