import { describe, expect, test } from "bun:test";
import { send } from "../support/requests";
import { onEmbedded } from "../support/suite";

const PATHS = [
  "/api/me",
  "/api/nothing",
  "/auth/google/start",
  "/auth/google/callback",
  "/health/live",
  "/.well-known/jwks.json",
  "/swagger",
  "/swagger/json",
  "/nowhere",
];

onEmbedded((at) => {
  describe.each(PATHS)("%s", (path) => {
    test("is not sniffed, framed, referred to or read across origins", async () => {
      const { headers } = await send(at.server, path);
      expect(Object.fromEntries(headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
      });
      expect(headers.get("strict-transport-security")).toBeNull();
      expect(headers.get("server")).toBeNull();
      expect(headers.get("x-powered-by")).toBeNull();
    });

    test("runs no script that is not this server's own", async () => {
      const policy = (await send(at.server, path)).headers.get("content-security-policy") ?? "";
      const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? "";
      for (const source of scripts.split(" ").filter(Boolean))
        expect(source).toMatch(/^'(self|sha256-[^']+)'$/);
    });
  });
});

onEmbedded((at) => {
  test.each(["/swagger", "/swagger/json", "/play", "/play/", "/play/nothing.js"])(
    "%s is cut off from the windows of other sites, and not from its own popup",
    async (path) => {
      const { headers } = await send(at.server, path);
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin-allow-popups");
    },
  );

  test.each(["/auth/google/start", "/auth/google/callback"])(
    "%s answers the window that opened it",
    async (path) => {
      const { headers } = await send(at.server, path);
      expect(headers.get("cross-origin-opener-policy")).toBeNull();
    },
  );
});

onEmbedded(
  (at) => {
    test.each(PATHS)("%s keeps browsers on TLS when players come over TLS", async (path) => {
      const { headers } = await send(at.server, path);
      expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    });
  },
  { env: { SERVER_PUBLIC_URL: "https://accounts.example" } },
);
