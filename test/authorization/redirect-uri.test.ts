import { describe, expect, test } from "bun:test";
import { createRedirectUriCheck } from "../../src/authorization/redirect-uri";
import type { Config } from "../../src/config/config";

function check(redirectUris: string[], mode: Config["mode"] = "production", publicUrl: string | null = null) {
  return createRedirectUriCheck({
    google: { redirectUris },
    mode,
    server: { publicUrl },
  } as unknown as Config);
}

const WEB = ["https://game.example/signed-in", "https://play.example", "http://localhost:3000/done?level=3"];

test.each([
  "https://game.example/signed-in",
  "https://play.example/",
  "http://localhost:5000/auth/google/callback",
  "http://127.0.0.1:1/auth/google/callback",
  "http://[::1]:8080/auth/google/callback",
  "http://127.0.0.1:41234/done?level=3",
])("S55 %s is allowed", (uri) => {
  expect(check(WEB)(uri)).toBe(true);
});

test.each([
  "https://game.example/signed-in/",
  "https://game.example/signed-in?x=1",
  "https://game.example/",
  "http://game.example/signed-in",
  "http://play.example/",
  "https://play.example/any/page",
  "https://play.example.evil.example/",
  "https://user:pass@play.example/",
  "https://play.example:444/",
  "https://PLAY.example/",
  "http://127.0.0.1:5000/",
  "http://127.0.0.1:5000/auth/google/callback/",
  "http://127.0.0.1:5000/auth/google/callback?x=1",
  "http://localhost:3000/done",
  "https://localhost:5000/auth/google/callback",
  "http://user@localhost/auth/google/callback",
  "http://0x7f.1/auth/google/callback",
  "http://127.0.0.1.evil.example/auth/google/callback",
  "http://localhost/auth/google/callback#x",
  "http://localhost/\u0000",
  " http://localhost/auth/google/callback",
  "http:localhost/auth/google/callback",
  "",
])("S55 %j is refused", (uri) => {
  expect(check(WEB)(uri)).toBe(false);
});

const APPS = ["com.studio.game:/cb", "com.studio.game://open/cb", "capacitor://localhost"];

test.each([
  "com.studio.game:/cb",
  "com.studio.game://open/cb",
  "capacitor://localhost",
  "capacitor://localhost/",
])("S55 %s of an app is allowed", (uri) => {
  expect(check(APPS)(uri)).toBe(true);
});

test.each([
  "com.studio.game:/cb/",
  "com.studio.game:/cb?x=1",
  "com.studio.game:cb",
  "COM.studio.game:/cb",
  "com.studio.game.evil:/cb",
  "com.studio.game://open/cb/other",
  "com.studio.game://open",
  "capacitor://localhost/signed-in",
  "capacitor://localhost.evil.example/",
  "capacitor://user@localhost/",
  "capacitor://evil/",
  "ionic://localhost/",
  "http://other.localhost/",
  "https://tauri.localhost/",
  "javascript:alert(1)",
  "javascript://localhost/%0aalert(1)",
  "data:text/html,x",
])("S55 %j of no app that is configured is refused", (uri) => {
  expect(check(APPS)(uri)).toBe(false);
});

describe("in development", () => {
  test.each(["http://localhost:5173/any/page?x=1", "http://127.0.0.1/"])(
    "a page of this machine is allowed: %s",
    (uri) => {
      expect(check([], "development")(uri)).toBe(true);
    },
  );

  test("and no other", () => {
    expect(check([], "development")("http://evil.example/")).toBe(false);
  });
});

test("this server's own pages are allowed, below its public address", () => {
  const isAllowed = check([], "production", "https://studio.example/accounts");
  expect(isAllowed("https://studio.example/accounts/swagger")).toBe(true);
  expect(isAllowed("https://studio.example/swagger")).toBe(false);
  expect(isAllowed("https://studio.example/accounts/api/me")).toBe(false);
});
