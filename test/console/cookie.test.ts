import { expect, test } from "bun:test";
import { createCookie } from "../../src/console/cookie";

const of = (cookie: string) => new Headers({ cookie });

test("over TLS a cookie is this very host's, hidden from scripts, and comes along from no other site", () => {
  expect(createCookie("console", "https://accounts.example", 60).set("a.b-c_")).toBe(
    "__Host-console=a.b-c_; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure",
  );
});

test("without TLS, as in development, it has its plain name", () => {
  expect(createCookie("console", null, 60).set("x")).toBe(
    "console=x; Max-Age=60; Path=/; HttpOnly; SameSite=Strict",
  );
});

test("is read among others, and no other is taken for it", () => {
  const cookie = createCookie("console", null, 60);
  expect(cookie.read(of("sign-in=1; console=x.y; other=2"))).toBe("x.y");
  expect(cookie.read(of("my-console=x; console-draft=y"))).toBeNull();
  expect(cookie.read(new Headers())).toBeNull();
});
