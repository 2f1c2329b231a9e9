import { beforeAll, describe, expect, test } from "bun:test";
import { breakingChanges } from "../../scripts/openapi/breaking-changes";
import { readReleased } from "../../scripts/openapi/released";
import type { OpenApiDocument, Operation, Schema } from "../../src/explorer/document";
import { areInstalled } from "./tools";

type Change = (document: OpenApiDocument) => void;

const schema = ({ components }: OpenApiDocument, name: string) =>
  components.schemas[name] as Schema & { properties: Record<string, Schema>; required: string[] };
const operation = ({ paths }: OpenApiDocument, method: string, path: string) =>
  paths[path]?.[method] as Operation;
const without = <T>(list: T[], gone: T) => list.filter((each) => each !== gone);

/** What breaks a client, each change apart from the others, and the line that tells it. */
const BREAKING: [what: string, change: Change, line: RegExp][] = [
  [
    "a member of an answer is removed",
    (document) => {
      delete schema(document, "User").properties.stars;
    },
    /properties\/stars: .*removed/,
  ],
  [
    "a member of an answer may be missing",
    (document) => {
      schema(document, "Device").required = without(schema(document, "Device").required, "ip");
    },
    /no longer required: `ip`/,
  ],
  [
    "a member of an answer may be null",
    (document) => {
      schema(document, "User").properties.name = { type: ["string", "null"] };
    },
    /`name` widened/,
  ],
  [
    "a member of an answer has another type",
    (document) => {
      schema(document, "User").properties.level = { type: "string" };
    },
    /Type of `level`/,
  ],
  [
    "a member of an answer is null no more",
    (document) => {
      schema(document, "User").properties.picture = { type: "string" };
    },
    /properties\/picture: type modified/,
  ],
  [
    "a string of an answer becomes an enumeration",
    (document) => {
      schema(document, "Session").properties.token_type = { type: "string", enum: ["Bearer", "DPoP"] };
    },
    /properties\/token_type: enum modified/,
  ],
  [
    "the items of an answer's list have another type",
    (document) => {
      schema(document, "User").properties.providers = { type: "array", items: { type: "integer" } };
    },
    /properties\/providers\/items: Type/,
  ],
  [
    "a member of a request is required that was not",
    (document) => {
      schema(document, "LoginRequest").required = ["provider"];
    },
    /POST \/api\/login .*required.*`provider`/,
  ],
  [
    "a request needs a new member",
    (document) => {
      schema(document, "RefreshTokenRequest").required.push("captcha");
      schema(document, "RefreshTokenRequest").properties.captcha = { type: "string" };
    },
    /POST \/api\/refresh .*`captcha`/,
  ],
  [
    "a member of a request is removed",
    (document) => {
      delete schema(document, "LoginRequest").properties.nonce;
    },
    /POST \/api\/login .*properties\/nonce: removed/,
  ],
  [
    "a member of a request takes shorter values",
    (document) => {
      schema(document, "LoginRequest").properties.device = { type: "string", maxLength: 10 };
    },
    /properties\/device: .*maxLength/,
  ],
  [
    "a member of a request takes fewer values",
    (document) => {
      schema(document, "ResolveRequest").properties.keep = { type: "string", enum: ["mine"] };
    },
    /lost values: 'theirs'/,
  ],
  [
    "a path is removed",
    (document) => {
      delete document.paths["/api/transfer_code"];
    },
    /Path `\/api\/transfer_code` was removed/,
  ],
  [
    "an operation is removed",
    (document) => {
      delete document.paths["/api/sessions"]?.delete;
    },
    /^DELETE \/api\/sessions: .*removed/,
  ],
  [
    "an operation has another id",
    (document) => {
      operation(document, "get", "/api/me").operationId = "getPlayer";
    },
    /^GET \/api\/me: .*getMe.*getPlayer/,
  ],
  [
    "an error answer is dropped",
    (document) => {
      delete operation(document, "get", "/api/sessions").responses[401];
    },
    /^GET \/api\/sessions responses\/401: .*removed/,
  ],
  [
    "a header of an answer is dropped",
    (document) => {
      delete document.components.responses.TooManyRequests?.headers?.["Retry-After"];
    },
    /Retry-After/,
  ],
  [
    "a parameter is required that was not",
    (document) => {
      for (const parameter of operation(document, "get", "/device").parameters ?? [])
        Object.assign(parameter, { required: true });
    },
    /^GET \/device parameters.*required/,
  ],
  [
    "a parameter is removed",
    (document) => {
      operation(document, "get", "/device/qr.svg").parameters = [];
    },
    /^GET \/device\/qr\.svg .*removed/,
  ],
  [
    "an operation needs a token that needed none",
    (document) => {
      operation(document, "get", "/api/providers").security = [{ bearer: [] }];
    },
    /^GET \/api\/providers.*[Ss]ecurity/,
  ],
  [
    "a schema has another name",
    (document) => {
      const text = JSON.stringify(document).replaceAll('schemas/Change"', 'schemas/AccountChange"');
      Object.assign(document, JSON.parse(text));
      const { schemas } = document.components;
      schemas.AccountChange = schemas.Change ?? {};
      delete schemas.Change;
    },
    /^components\/schemas\/Change: removed/,
  ],
];

/** What a client that was made before does not notice. */
const HARMLESS: [what: string, change: Change][] = [
  [
    "a new operation",
    (document) => {
      const get = { ...operation(document, "get", "/api/me"), operationId: "getNews" };
      document.paths["/api/news"] = { get };
    },
  ],
  [
    "a new member of an answer",
    (document) => {
      schema(document, "User").properties.crown = { type: "boolean" };
      schema(document, "User").required.push("crown");
    },
  ],
  [
    "a new optional member of a request",
    (document) => {
      schema(document, "LoginRequest").properties.hint = { type: "string" };
    },
  ],
  [
    "a request that takes more",
    (document) => {
      schema(document, "LoginRequest").properties.device = { type: "string", maxLength: 100 };
      schema(document, "ResolveRequest").properties.keep = {
        type: "string",
        enum: ["mine", "theirs", "both"],
      };
    },
  ],
  [
    "a new error answer, and a new code",
    (document) => {
      const { responses } = operation(document, "get", "/api/me");
      responses[426] = { $ref: "#/components/responses/Conflict" };
      schema(document, "Error").properties.code = {
        type: "string",
        description: "`new_one`. More may come.",
      };
    },
  ],
  [
    "other words",
    (document) => {
      operation(document, "post", "/api/login").summary = "Sign in";
      operation(document, "post", "/api/login").description = "Once more.";
    },
  ],
];

describe.skipIf(!areInstalled)("compared with the released document", () => {
  /** All changes at once, since the comparison takes seconds. */
  const linesAfter = async (changes: Change[]) => {
    const current = structuredClone(await readReleased()) as OpenApiDocument;
    for (const change of changes) change(current);
    return breakingChanges(await readReleased(), current);
  };
  let lines: string[] = [];
  beforeAll(async () => {
    lines = await linesAfter(BREAKING.map(([, change]) => change));
  }, 60_000);

  test.each(BREAKING)("%s: told", (_, __, line) => {
    expect(lines).toContainEqual(expect.stringMatching(line));
  });

  test("nothing else is told", () => {
    const others = lines.filter((line) => !BREAKING.some(([, , expected]) => expected.test(line)));
    expect(others).toEqual([]);
  });

  test(`no client breaks by ${HARMLESS.map(([what]) => what).join("; ")}`, async () => {
    expect(await linesAfter(HARMLESS.map(([, change]) => change))).toEqual([]);
  });
});
