import { describe, expect, test } from "bun:test";
import { checkOptions } from "../../sdk/src/check-options.ts";
import { OAuthManager, type OAuthManagerOptions } from "../../sdk/src/index.ts";

const backendUrl = "https://accounts.example.com";

const wrong: Record<keyof OAuthManagerOptions | string, unknown[]> = {
  backendUrl: [
    "accounts.example.com",
    "localhost:8000",
    "/accounts",
    "//accounts.example.com",
    "",
    "ftp://accounts.example.com",
    "file:///accounts",
    "https://ada:secret@accounts.example.com",
    "https://accounts.example.com/?tenant=1",
    "https://accounts.example.com/#top",
    "https://",
    "https://a b",
    "http://accounts.example.com",
    "http://192.168.1.20:8000",
    "http://10.0.0.2:8000",
    "http://[fe80::1]:8000",
    "http://0.0.0.0:8000",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://evil.example/x.localhost/",
    "http://notlocalhost",
    "http://ada@localhost:8000",
    undefined,
    null,
    8000,
  ],
  loginTimeoutSeconds: [0, -1, Number.NaN, "soon"],
  port: [-1, 65_536, 1.5, Number.NaN, "5000x"],
  callbacks: ["later", ""],
  storage: [{}, { get() {} }],
  openUrl: ["xdg-open", {}],
  warn: ["no"],
  fetch: [true],
  appName: ["", 7],
  device: ["", "x".repeat(65)],
  redirectUri: ["javascript:alert(1)", "data:text/html,x", "JavaScript:alert(1)", "file:///game", ""],
};

describe("Options", () => {
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`${name}: ${JSON.stringify(value) ?? value} is refused by name where it is written`, () => {
        const make = () => new OAuthManager({ backendUrl, [name]: value } as unknown as OAuthManagerOptions);
        expect(make).toThrow(
          expect.objectContaining({
            name: "AccountError",
            code: "option_invalid",
            message: expect.stringContaining(`option ${name} must be`),
          }),
        );
      });
    }
  }

  test("a backend may have a port, a path prefix, slashes at its end and any case of scheme and host", () => {
    const at = (text: string) => checkOptions({ backendUrl: text }).backendUrl;
    expect(at("HTTPS://Accounts.Example.com/accounts//")).toBe("https://accounts.example.com/accounts");
    expect(at("http://localhost:8000")).toBe("http://localhost:8000");
  });

  test("a backend without TLS is one on this computer, by any of its names", () => {
    const at = (text: string) => checkOptions({ backendUrl: text }).backendUrl;
    expect(at("http://127.0.0.1:8000/")).toBe("http://127.0.0.1:8000");
    expect(at("http://[::1]:8000/a/b/")).toBe("http://[::1]:8000/a/b");
    expect(at("HTTP://Localhost")).toBe("http://localhost");
    expect(at("http://accounts.localhost:8000")).toBe("http://accounts.localhost:8000");
  });

  test("what a game may write is taken", () => {
    for (const options of [
      { loginTimeoutSeconds: Number.POSITIVE_INFINITY },
      { port: 0 },
      { redirectUri: "com.studio.game:/cb" },
      { redirectUri: "/sign-in.html" },
      { device: "Ada's Steam Deck" },
      { storage: undefined, clientId: undefined },
    ]) {
      expect(checkOptions({ backendUrl, ...options })).toMatchObject(options);
    }
  });
});
