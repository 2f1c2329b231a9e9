import { describe, expect, test } from "bun:test";
import { FOR_PAGES_WITHOUT_ORIGIN } from "../../src/http/cors";
import { signIn } from "../support/players";
import { bearer, send } from "../support/requests";
import { onEmbedded } from "../support/suite";

const GAME = "https://game.example";
const FORUM = "https://forum.example";
const APP_HOSTS = ["capacitor://localhost", "http://tauri.localhost", "com.studio.game://app"];

/** Of a page that has none: a sandboxed frame. */
const NO_ORIGIN = "null";

/** Origins that are not the configured one, however much they look like it. */
const STRANGERS = [
  "https://game.example.evil.example",
  "https://evil-game.example",
  "https://game.exampl",
  "https://sub.game.example",
  "http://game.example",
  "https://game.example:8443",
  "https://GAME.example",
  "https://game.example/",
  "https://game.example, https://evil.example",
  "file://",
  "ionic://localhost",
  "capacitor://localhost/",
  "capacitor://localhost.evil.example",
  "com.studio.game://other",
  "https://tauri.localhost",
  "*",
  "",
];

for (const mode of ["development", "production"] as const) {
  describe(`S54 in ${mode}`, () => {
    onEmbedded(
      (at) => {
        const ask = (origin: string) => send(at.server, "/api/me", { headers: { origin } });
        const preflight = (origin: string, headers = "authorization,content-type") =>
          send(at.server, "/api/update_username", {
            method: "OPTIONS",
            headers: {
              origin,
              "access-control-request-method": "POST",
              "access-control-request-headers": headers,
            },
          });
        const allowed = async (origin: string) => {
          const answers = [await ask(origin), await preflight(origin)];
          return answers.map(({ headers }) => headers.get("access-control-allow-origin"));
        };

        test.each(["/auth/google/start", "/oauth/authorize"])(
          "no script may ask the sign-in page: %s",
          async (path) => {
            for (const origin of [GAME, FORUM]) {
              const { headers } = await send(at.server, path, { headers: { origin } });
              expect(headers.get("access-control-allow-origin")).toBeNull();
            }
          },
        );

        test("a client's own page may ask for tokens, and for nothing of the game's", async () => {
          for (const path of ["/oauth/token", "/oauth/userinfo", "/.well-known/openid-configuration"]) {
            const { headers } = await send(at.server, path, { headers: { origin: FORUM } });
            expect(headers.get("access-control-allow-origin")).toBe(FORUM);
          }
          expect(await allowed(FORUM)).toEqual([null, null]);
        });

        test("a configured origin may read answers, errors included", async () => {
          expect(await allowed(GAME)).toEqual([GAME, GAME]);
          const { access_token } = await signIn(at.server);
          const { headers, status } = await send(at.server, "/api/me", {
            headers: { origin: GAME, ...bearer(access_token) },
          });
          expect([status, headers.get("access-control-allow-origin")]).toEqual([200, GAME]);
          expect(headers.get("access-control-expose-headers")).toContain("x-request-id");
        });

        test.each(APP_HOSTS)("a configured app host may read answers: %s", async (origin) => {
          expect(await allowed(origin)).toEqual([origin, origin]);
        });

        test.each(STRANGERS)("%j may not", async (origin) => {
          expect(await allowed(origin)).toEqual([null, null]);
        });

        test("a page without an origin may sign in by a code, and have its session and its player's profile", async () => {
          const may: [method: string, path: string][] = [
            ["POST", "/oauth/device_authorization"],
            ["POST", "/oauth/token"],
            ["GET", "/device/qr.svg?user_code=WDJB-MJHT"],
            ["POST", "/api/refresh"],
            ["POST", "/api/logout"],
            ["GET", "/api/me"],
            ["POST", "/api/update_username"],
            ["POST", "/api/update_picture"],
          ];
          for (const [method, path] of may) {
            const asked = await send(at.server, path, { method, headers: { origin: NO_ORIGIN } });
            const before = await send(at.server, path, {
              method: "OPTIONS",
              headers: {
                origin: NO_ORIGIN,
                "access-control-request-method": method,
                "access-control-request-headers": "authorization,content-type,dpop,prefer",
              },
            });
            for (const { headers } of [asked, before]) {
              expect([path, headers.get("access-control-allow-origin")]).toEqual([path, NO_ORIGIN]);
              expect(headers.get("access-control-allow-credentials")).not.toBe("true");
              expect(headers.get("vary")?.toLowerCase()).toContain("origin");
            }
          }
        });

        test("and nothing else that this server has", async () => {
          const paths = new Set(at.server.app.routes.map(({ path }) => path.replace(/:\w+|\*/g, "1")));
          const others = [...paths].filter((path) => !FOR_PAGES_WITHOUT_ORIGIN.has(path));
          expect(others).toContain("/auth/1/start");
          expect(others).toContain("/api/login");
          for (const path of others) {
            for (const method of ["GET", "OPTIONS"]) {
              const { headers } = await send(at.server, path, { method, headers: { origin: NO_ORIGIN } });
              expect([path, headers.get("access-control-allow-origin")]).toEqual([path, null]);
            }
          }
        });

        test("a preflight is answered with what may be sent", async () => {
          const { status, headers } = await preflight(GAME);
          expect(status).toBe(204);
          expect(headers.get("access-control-allow-methods")).toContain("POST");
          const allowedHeaders = headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
          for (const header of ["authorization", "content-type"]) expect(allowedHeaders).toContain(header);
        });

        test("nobody is invited to send cookies", async () => {
          const { headers } = await preflight(GAME);
          expect(headers.get("access-control-allow-credentials")).not.toBe("true");
        });

        test("answers vary by origin, so that no cache hands one to another", async () => {
          for (const origin of [GAME, "https://evil.example"]) {
            expect((await ask(origin)).headers.get("vary")?.toLowerCase()).toContain("origin");
          }
        });

        const local = ["http://localhost:5173", "http://127.0.0.1:8080", "http://[::1]:3000"];
        test.each(local)(
          `a page of this machine ${mode === "development" ? "may" : "may not"}: %s`,
          async (origin) => {
            const expected = mode === "development" ? origin : null;
            expect(await allowed(origin)).toEqual([expected, expected]);
          },
        );
      },
      {
        adjust: (config) => ({
          ...config,
          mode,
          oauth: {
            clients: [
              {
                id: "forum",
                name: "The Forum",
                redirectUris: [`${FORUM}/callback`, "com.studio.game:/cb"],
                firstParty: false,
                anyLoopback: false,
              },
            ],
          },
          server: { ...config.server, corsOrigins: [GAME, ...APP_HOSTS] },
        }),
      },
    );
  });
}
