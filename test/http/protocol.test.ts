import { describe, expect, test } from "bun:test";
import { raw } from "../support/raw";
import { expectError, get } from "../support/requests";
import { onEmbedded } from "../support/suite";

const POST = "POST /api/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
const GET = "GET /api/me HTTP/1.1\r\nHost: localhost\r\n";

onEmbedded((at) => {
  describe("S50 what could be read in two ways is refused and the connection closed", () => {
    test.each([
      ["two lengths", `${POST}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}abc`],
      [
        "a length and chunks",
        `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      ],
      ["a negative length", `${POST}Content-Length: -1\r\n\r\n{}`],
      ["a length in hexadecimal", `${POST}Content-Length: 0x2\r\n\r\n{}`],
      ["a length beyond counting", `${POST}Content-Length: 99999999999999999999\r\n\r\n{`],
      ["a coding beside chunks", `${POST}Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
      ["a chunk without a length", `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
      ["a line feed in a header", `${GET}X-A: a\nX-B: b\r\n\r\n`],
      ["a carriage return in a header", `${GET}X-A: a\rb\r\n\r\n`],
      ["NUL in a header", `${GET}X-A: a\0b\r\n\r\n`],
      ["a space before the colon", `${GET}Content-Length : 5\r\n\r\n`],
      ["a folded header", `${GET}X-A: a\r\n b\r\n\r\n`],
      ["no host", "GET /api/me HTTP/1.1\r\n\r\n"],
      ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\r\n\r\n"],
    ])("%s", async (_what, request) => {
      expect(await raw(at.server, request)).toMatchObject({ status: 400, answers: 1, closed: true });
    });

    test.each([
      ["one header too long", `${GET}X-A: ${"a".repeat(20_000)}\r\n\r\n`],
      ["too many headers", `${GET}${Array.from({ length: 300 }, (_, i) => `X-${i}: a\r\n`).join("")}\r\n`],
      ["a path too long", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
      ["S23 a token of a megabyte", `${GET}Authorization: Bearer ${"a".repeat(1_000_000)}\r\n\r\n`],
    ])("%s", async (_what, request) => {
      expect(await raw(at.server, request)).toMatchObject({ status: 431, answers: 1, closed: true });
    });
  });

  test.each([
    ["a malformed one", "GET /api/me HTTP/1.1\r\nHost: a b/c\r\n\r\n"],
    ["one that is no URL", "GET /api/me HTTP/1.1\r\nHost: ]][\r\n\r\n"],
    ["none in HTTP/1.0", "GET /api/me HTTP/1.0\r\n\r\n"],
  ])("a Host header: %s is a 400", async (_what, request) => {
    const answer = await raw(at.server, request);
    expect(answer).toMatchObject({ status: 400, answers: 1 });
    expect(answer.text).toContain('"code":"validation_failed"');
  });

  test.each([
    ["two names", "Host: localhost\r\nHost: other.example"],
    ["the same name twice", "Host: localhost\r\nHost: localhost"],
    ["one in other letters, after others", "Host: localhost\r\nX-A: a\r\nHOST: other.example"],
    ["an empty one before", "Host:\r\nHost: localhost"],
    ["an empty one after", "Host: localhost\r\nHost:"],
    ["names in one line", "Host: localhost, other.example"],
  ])("more than one Host is a 400, whatever is asked for: %s", async (_what, hosts) => {
    for (const target of ["/api/me", "/health/ready", "/swagger", "/nowhere"]) {
      const answer = await raw(at.server, `GET ${target} HTTP/1.1\r\n${hosts}\r\n\r\n`);
      expect([target, answer.status, answer.answers]).toEqual([target, 400, 1]);
      expect(answer.text).toContain('"code":"validation_failed"');
    }
  });

  test("a host name of one letter reaches the API", async () => {
    const answer = await raw(at.server, "GET /api/me HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(answer.text).toContain('"code":"unauthorized"');
  });

  test("S23 two Authorization headers are refused", async () => {
    const answer = await raw(at.server, `${GET}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`);
    expect(answer.text).toContain('"code":"invalid_token"');
  });

  test("S50 what is left of a refused body is never read as a request", async () => {
    const smuggled = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const body = smuggled.repeat(500);
    const answer = await raw(at.server, [`${POST}Content-Length: ${body.length}\r\n\r\n`, body]);
    expect(answer).toMatchObject({ status: 413, answers: 1 });
  });

  test("a method that nobody knows is not answered as if it were another", async () => {
    const { status } = await raw(at.server, "FOO /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect([0, 400, 405, 501]).toContain(status);
  });

  test.each(["/api/%6de", "/api/%zz%ff", "/api//me", "/api/me/..;/me", "/API/ME", "/api/me%00"])(
    "a path that only resembles one of ours is not found: %s",
    async (path) => {
      expectError(await get(at.server, path), "not_found");
    },
  );
});
