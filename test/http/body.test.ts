import { describe, expect, test } from "bun:test";
import { MAXIMUM_BODY_BYTES } from "../../src/http/body";
import { freshName, signIn } from "../support/players";
import { raw } from "../support/raw";
import { bearer, expectError, expectInvalid, post, send } from "../support/requests";
import { onEmbedded } from "../support/suite";

const JSON_TYPE = { "content-type": "application/json" };

/** `{"refresh_token":"xxx…"}` of exactly so many bytes. */
function bodyOf(bytes: number): string {
  return `{"refresh_token":"${"x".repeat(bytes - 20)}"}`;
}

/** Sent without a length, in chunks. */
function chunked(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(sent, sent + 1_000));
      sent += 1_000;
    },
  });
}

onEmbedded((at) => {
  const refresh = (body: BodyInit, headers: Record<string, string> = JSON_TYPE) =>
    send(at.server, "/api/refresh", { method: "POST", body, headers });

  describe("S43 size", () => {
    test("a body of 16 KiB is read", async () => {
      expectError(await refresh(bodyOf(MAXIMUM_BODY_BYTES)), "invalid_grant");
      expectError(await refresh(chunked(bodyOf(MAXIMUM_BODY_BYTES))), "invalid_grant");
    });

    test("a body of one byte more is a 413", async () => {
      expectError(await refresh(bodyOf(MAXIMUM_BODY_BYTES + 1)), "payload_too_large");
    });

    test("so it is when it comes in chunks", async () => {
      expectError(await refresh(chunked(bodyOf(MAXIMUM_BODY_BYTES + 1))), "payload_too_large");
      expectError(await refresh(chunked(bodyOf(900_000))), "payload_too_large");
    });

    test("a body that is announced as too large is refused before it comes", async () => {
      const answer = await raw(
        at.server,
        "POST /api/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n",
      );
      expect(answer.status).toBe(413);
    });

    test("a chunked body that never ends is refused when it is too large", async () => {
      const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
      const head =
        "POST /api/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
      expect((await raw(at.server, [head, chunk, chunk, chunk])).status).toBe(413);
    });
  });

  describe("S44 type", () => {
    test.each([
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonp",
      "application/problem+json",
      "text/json",
      "application/octet-stream",
      "*/*",
      "application",
      ";",
    ])("%s is a 415", async (type) => {
      expectError(await refresh("{}", { "content-type": type }), "unsupported_media_type");
    });

    test("none at all is a 415", async () => {
      expectError(await refresh(new TextEncoder().encode("{}"), {}), "unsupported_media_type");
    });

    test.each([
      "application/json",
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/json;x=y",
    ])("%s is read", async (type) => {
      expectInvalid(await refresh("{}", { "content-type": type }), "refresh_token");
    });
  });

  describe("S45 shape", () => {
    test.each([
      ["a word", "refresh_token"],
      ["half an object", '{"refresh_token":"a"'],
      ["two objects", "{}{}"],
      ["a trailing comma", '{"refresh_token":"a",}'],
      ["single quotes", "{'refresh_token':'a'}"],
      ["a comment", '{"refresh_token":"a"/**/}'],
      ["NaN", '{"refresh_token":NaN}'],
      ["a byte order mark twice", "\uFEFF\uFEFF{}"],
      ["10,000 open brackets", "[".repeat(10_000)],
      ["10,000 open objects", '{"a":'.repeat(3_000)],
      ["8,000 arrays deep", "[".repeat(8_000) + "]".repeat(8_000)],
      ["2,700 objects deep", `${'{"a":'.repeat(2_700)}1${"}".repeat(2_700)}`],
      ["8,000 arrays in the field", `{"refresh_token":${"[".repeat(8_000)}${"]".repeat(8_000)}}`],
      ["a control character in a string", '{"refresh_token":"a\u0001"}'],
    ])("%s is a 400", async (_what, body) => {
      expectError(await refresh(body), "validation_failed", { fields: [] });
    });

    test("S45 brackets in a string are no nesting", async () => {
      expectError(
        await refresh(JSON.stringify({ refresh_token: `"\\${"[{".repeat(100)}` })),
        "invalid_grant",
      );
    });

    test.each([
      ["nothing", ""],
      ["null", "null"],
      ["an array", "[]"],
      ["an array of the right thing", '[{"refresh_token":"a"}]'],
      ["a string", '"refresh_token"'],
      ["a number", "1"],
      ["true", "true"],
      ["an empty object", "{}"],
      ["null for the field", '{"refresh_token":null}'],
      ["a number for the field", '{"refresh_token":1}'],
      ["an array for the field", '{"refresh_token":["a"]}'],
      ["an object for the field", '{"refresh_token":{"a":1}}'],
      ["true for the field", '{"refresh_token":true}'],
      ["an empty field", '{"refresh_token":""}'],
    ])("%s is a 400 that says which field", async (_what, body) => {
      const answer = await refresh(body);
      expectError(answer, "validation_failed", { fields: expect.any(Array) });
      expect(["", "refresh_token"]).toContain(answer.body.fields[0]!.path);
      expect(answer.body.fields[0]!.message).toMatch(/^[A-Za-z ]+/);
    });

    test("null for a member that may be null keeps its meaning", async () => {
      const as = bearer(await signIn(at.server));
      await post(at.server, "/api/update_picture", { new_picture: "hat" }, as);
      const { status, body } = await post(at.server, "/api/update_picture", { new_picture: null }, as);
      expect([status, body.user.picture]).toEqual([200, null]);
      expectInvalid(await post(at.server, "/api/update_picture", {}, as), "new_picture");
    });

    test("null for a member that nobody reads is nothing", async () => {
      const { refresh_token } = await signIn(at.server);
      const body = `{"refresh_token":"${refresh_token}","__proto__":null,"constructor":null,"later":null}`;
      expect((await post(at.server, "/api/refresh", body)).status).toBe(200);
    });

    test("bytes that are not UTF-8 are a 400", async () => {
      const bytes = Buffer.concat([
        Buffer.from('{"refresh_token":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]);
      expectError(await refresh(bytes), "validation_failed", { fields: [] });
    });

    test("a compressed body is a 400", async () => {
      const answer = await refresh(Bun.gzipSync('{"refresh_token":"a"}'), {
        ...JSON_TYPE,
        "content-encoding": "gzip",
      });
      expectError(answer, "validation_failed", { fields: [] });
    });
  });

  describe("S46 names with a meaning", () => {
    test.each(["__proto__", "constructor", "prototype", "valueOf", "hasOwnProperty", "then"])(
      "%s as a member changes nothing",
      async (name) => {
        expectInvalid(await refresh(`{"${name}":{"refresh_token":"a"}}`), "refresh_token");
        expectError(await refresh(`{"${name}":{"status":500},"refresh_token":"a"}`), "invalid_grant");
        expect(({} as Record<string, unknown>).refresh_token).toBeUndefined();
      },
    );

    test.each([
      '{"refresh_token":{"toString":1}}',
      '{"refresh_token":[{"toString":null}]}',
      '{"toString":"a"}',
    ])("an object that hides how it turns into text is a 400: %s", async (body) => {
      expectError(await refresh(body), "validation_failed", { fields: [] });
    });

    test("a prototype is no place to put a proof", async () => {
      const answer = await post(at.server, "/api/login", '{"__proto__":{"access_token":"a"},"device":"x"}');
      expectError(answer, "validation_failed", { fields: expect.any(Array) });
    });

    test("of duplicate keys the last counts", async () => {
      const session = await signIn(at.server);
      const token = JSON.stringify(session.refresh_token);
      expectError(await refresh(`{"refresh_token":${token},"refresh_token":"a"}`), "invalid_grant");
      expect((await refresh(`{"refresh_token":"a","refresh_token":${token}}`)).status).toBe(200);
    });
  });

  describe("S47 text that no database holds", () => {
    const bodies: [string, (text: string) => [path: string, body: string]][] = [
      ["a device", (text) => ["/api/login", `{"access_token":"a","device":"${text}"}`]],
      ["a Google token", (text) => ["/api/login", `{"access_token":"${text}"}`]],
      ["a refresh token", (text) => ["/api/refresh", `{"refresh_token":"${text}"}`]],
      ["a token to revoke", (text) => ["/api/logout", `{"refresh_token":"${text}"}`]],
      ["a name", (text) => ["/api/update_username", `{"new_username":"${text}"}`]],
      ["a picture", (text) => ["/api/update_picture", `{"new_picture":"https://x.example/${text}"}`]],
      [
        "a member that nobody reads",
        (text) => ["/api/refresh", `{"refresh_token":"a","x":{"y":["${text}"]}}`],
      ],
    ];

    test.each(bodies)("NUL and lone surrogates in %s are a 400", async (_what, make) => {
      const as = bearer(await signIn(at.server));
      for (const text of ["\\u0000", "a\\u0000b", "\\ud83d", "\\udc00", "\\udc00\\ud83d", "\\uD800x"]) {
        const [path, body] = make(text);
        expectError(await post(at.server, path, body, as), "validation_failed", { fields: [] });
      }
    });

    test("an escaped pair is one character like any other", async () => {
      const as = bearer(await signIn(at.server));
      const name = freshName(6);
      const body = `{"new_username":"${name}\\ud835\\udc00"}`;
      const answer = await post(at.server, "/api/update_username", body, as);
      expect(answer.body.user?.name ?? answer.text).toBe(`${name}\u{1D400}`);
    });
  });
});
