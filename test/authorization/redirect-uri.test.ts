import { expect, test } from "bun:test";
import { isAllowedRedirectUri } from "../../src/authorization/redirect-uri";

const CONFIGURED = ["https://game.example/signed-in", "https://play.example"];

test.each([
  "http://localhost:5000/auth/google/callback",
  "http://127.0.0.1:1/",
  "http://[::1]:8080/x?y=1",
  "https://game.example/signed-in",
  "https://play.example/any/page?x=1",
])("S55 %s is allowed", (uri) => {
  expect(isAllowedRedirectUri(uri, CONFIGURED)).toBe(true);
});

test.each([
  "https://game.example/signed-in/",
  "https://game.example/signed-in?x=1",
  "https://game.example/",
  "http://game.example/signed-in",
  "http://play.example/",
  "https://play.example.evil.example/",
  "https://user:pass@play.example/",
  "https://play.example:444/",
  "https://PLAY.example/",
  "http://0x7f.1/",
  "http://127.0.0.1.evil.example/",
  "http://localhost/\u0000",
  " http://localhost/",
  "http:localhost/",
  "",
])("S55 %j is refused", (uri) => {
  expect(isAllowedRedirectUri(uri, CONFIGURED)).toBe(false);
});

const APPS = [
  "com.studio.game:/cb",
  "com.studio.game://open/cb",
  "capacitor://localhost",
  "http://tauri.localhost",
];

test.each([
  "com.studio.game:/cb",
  "com.studio.game://open/cb",
  "capacitor://localhost",
  "capacitor://localhost/signed-in?x=1",
  "http://tauri.localhost/signed-in",
])("S55 %s of an app is allowed", (uri) => {
  expect(isAllowedRedirectUri(uri, APPS)).toBe(true);
});

test.each([
  "com.studio.game:/cb/",
  "com.studio.game:/cb?x=1",
  "com.studio.game:cb",
  "COM.studio.game:/cb",
  "com.studio.game.evil:/cb",
  "com.studio.game://open/cb/other",
  "com.studio.game://open",
  "capacitor://localhost.evil.example/",
  "capacitor://user@localhost/",
  "capacitor://evil/",
  "ionic://localhost/",
  "http://other.localhost/",
  "https://tauri.localhost/",
  "http://tauri.localhost:1/",
  "javascript:alert(1)",
  "javascript://localhost/%0aalert(1)",
  "data:text/html,x",
])("S55 %j of no app that is configured is refused", (uri) => {
  expect(isAllowedRedirectUri(uri, APPS)).toBe(false);
});
