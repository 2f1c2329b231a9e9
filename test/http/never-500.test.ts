import { describe, expect, test } from "bun:test";
import { refusedNames } from "../fixtures/hostile-strings";
import { signIn } from "../support/players";
import { bearer, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

/** Values that break software which takes types for granted, as JSON. */
const VALUES = [
  "null",
  "true",
  "0",
  "-0",
  "1e999",
  "-1e999",
  "9007199254740993",
  "1e-400",
  "[]",
  "[[]]",
  "{}",
  '{"__proto__":null}',
  '{"toString":1}',
  '{"$ne":null}',
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e"',
  '"\u{10ffff}"',
  '"{{7*7}}"',
  '"\'; DROP TABLE users; --"',
  '"../../../etc/passwd"',
  '"%00%0d%0a"',
  '"https://"',
  '"https://[::1"',
  `"${"a".repeat(2_000)}"`,
  `"${"\u{1f468}".repeat(500)}"`,
  ...refusedNames.map(([, text]) => JSON.stringify(text.slice(0, 500))),
];

const FIELDS: [path: string, ...fields: string[]][] = [
  [
    "/api/login",
    "access_token",
    "id_token",
    "nonce",
    "code",
    "code_verifier",
    "redirect_uri",
    "login_code",
    "device",
  ],
  ["/api/refresh", "refresh_token"],
  ["/api/logout", "refresh_token"],
  ["/api/update_username", "new_username"],
  ["/api/update_picture", "new_picture"],
];

/** Well-formed companions, so that a hostile value gets as far as it can. */
const COMPANIONS: Record<string, string> = {
  nonce: `"id_token":"a.b.c"`,
  code_verifier: `"code":"x","redirect_uri":"http://localhost/"`,
  redirect_uri: `"code":"x","code_verifier":"${"v".repeat(43)}"`,
  code: `"redirect_uri":"http://localhost/","code_verifier":"${"v".repeat(43)}"`,
  login_code: `"code_verifier":"${"v".repeat(43)}"`,
  device: `"access_token":"x"`,
};

onEachDatabase((at) => {
  describe("nothing that anybody sends is a 500", () => {
    for (const [path, ...fields] of FIELDS) {
      test.each(fields)(`${path}: %s`, async (field) => {
        const as = bearer(await signIn(at.server));
        const companions = COMPANIONS[field] ? `,${COMPANIONS[field]}` : "";
        const answers = await Promise.all(
          VALUES.map((value) => post(at.server, path, `{"${field}":${value}${companions}}`, as)),
        );
        for (const [index, { status, body }] of answers.entries()) {
          expect([VALUES[index], status < 500, typeof body.status]).toEqual([VALUES[index], true, "string"]);
        }
      });
    }

    test("in a query, a header or a path", async () => {
      const { access_token } = await signIn(at.server);
      const hostile = [
        "%00",
        "%ff",
        "%",
        "%25",
        "'",
        "%E2%80%AE",
        "..%2f..%2f",
        "a".repeat(4_000),
        "[]=",
        "__proto__",
      ];
      for (const text of hostile) {
        for (const path of [
          "/api/me?x=",
          "/api/sessions/",
          "/auth/google/start?state=",
          "/auth/google/callback?code=",
          "/",
        ]) {
          for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
            const { status } = await send(at.server, path + text, { method, headers: bearer(access_token) });
            expect([path + text, method, status < 500]).toEqual([path + text, method, true]);
          }
        }
      }
      for (const name of [
        "origin",
        "accept",
        "content-type",
        "content-length",
        "x-forwarded-for",
        "cookie",
        "range",
        "if-none-match",
        "accept-encoding",
      ]) {
        for (const value of ["", "\u00ff", "a,b;c=d", "0", "*", "x".repeat(5_000), "\t"]) {
          const { status } = await send(at.server, "/api/me", {
            headers: { ...bearer(access_token), [name]: value },
          });
          expect([name, value, status < 500]).toEqual([name, value, true]);
        }
      }
    }, 20_000);
  });
});
