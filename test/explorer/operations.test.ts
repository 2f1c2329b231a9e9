import { expect, test } from "bun:test";
import { type Answer, changeObjects, type OpenApiDocument, operationsOf } from "../../src/explorer/document";
import { playAsGuest } from "../support/guests";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  const read = async () => JSON.parse((await get(at.server, "/swagger/json")).text) as OpenApiDocument;
  const routes = () =>
    at.server.app.routes.filter(({ method, hooks }) => method !== "OPTIONS" && hooks.detail?.hide !== true);

  test("every route says its id, summary, description and tag by hand", () => {
    const missing = routes().flatMap(({ method, path, hooks }) => {
      const { operationId, summary, description, tags } = hooks.detail ?? {};
      const said = { operationId, summary, description, tag: tags?.[0] };
      return Object.entries(said).flatMap(([name, value]) =>
        value ? [] : [`${method} ${path} has no ${name} in its detail`],
      );
    });
    expect(missing.filter((line) => !/ \/(swagger|favicon|openapi)/.test(line))).toEqual([]);
  });

  test("every operation has an id of its own, a tag of the document and security, if none", async () => {
    const document = await read();
    const tags = document.tags.map(({ name }) => name);
    const ids = new Map<string, string>();
    for (const { path, method, operation } of operationsOf(document)) {
      const name = `${method.toUpperCase()} ${path}`;
      expect([name, ids.get(operation.operationId)]).toEqual([name, undefined]);
      ids.set(operation.operationId, name);
      expect([name, operation.tags.filter((tag) => !tags.includes(tag))]).toEqual([name, []]);
      expect([name, operation.security]).toEqual([name, expect.any(Array)]);
    }
  });

  test("every body has a name", async () => {
    const document = await read();
    const nameless = operationsOf(document).flatMap(({ path, method, operation }) => {
      const found: string[] = [];
      changeObjects(operation, (object) => {
        if (object.properties)
          found.push(`a schema of ${method.toUpperCase()} ${path} has no title: ${JSON.stringify(object)}`);
        return object;
      });
      return found;
    });
    expect(nameless).toEqual([]);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const { properties = {} } = schema;
      for (const [member, of] of Object.entries(properties))
        expect([`${name}.${member} needs a title`, of.properties]).toEqual([
          `${name}.${member} needs a title`,
          undefined,
        ]);
    }
  });

  test("no code and no reason is an enumeration, for more may come", async () => {
    const { components } = await read();
    let looked = 0;
    for (const [name, { properties = {} }] of Object.entries(components.schemas))
      for (const member of ["code", "reason", "error"]) {
        const schema = properties[member];
        if (!schema || !name.endsWith("Error")) continue;
        looked += 1;
        expect([name, member, schema]).toEqual([
          name,
          member,
          { type: "string", description: expect.stringMatching(/`\w+`(, `\w+`)*\. More may come\.$/) },
        ]);
      }
    expect(looked).toBeGreaterThan(5);
  });

  test("a body that may be left out is not required", async () => {
    const optional = operationsOf(await read()).filter(
      ({ operation }) => operation.requestBody?.required === false,
    );
    expect(optional.map(({ operation }) => operation.operationId)).toEqual(["deleteAccount"]);
  });

  test("every part of a path says what it is", async () => {
    const document = await read();
    const bare = operationsOf(document).flatMap(({ path, method, operation }) =>
      (operation.parameters ?? []).flatMap((each) =>
        "in" in each &&
        each.in === "path" &&
        !each.schema?.pattern &&
        !each.schema?.format &&
        !each.description
          ? [`${method.toUpperCase()} ${path}: ${each.name}`]
          : [],
      ),
    );
    expect(bare).toEqual([]);
  });

  test("what a player may do only with the terms accepted says so", () => {
    const asking = routes().filter(({ hooks }) =>
      [hooks.beforeHandle ?? []]
        .flat()
        .some(({ fn }: { fn: unknown }) => String(fn).includes("requireTerms")),
    );
    expect(asking.length).toBeGreaterThan(3);
    const silent = asking.filter(({ hooks }) => !JSON.stringify(hooks.response).includes("terms_required"));
    expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test("every answer says its headers", async () => {
    const document = await read();
    for (const { path, method, operation } of operationsOf(document))
      for (const [status, answer] of Object.entries(operation.responses)) {
        const { headers = {} } = resolved(document, answer);
        const wanted = ["x-request-id"];
        if (status === "401") wanted.push("WWW-Authenticate");
        if (status === "405") wanted.push("Allow");
        if (["429", "503"].includes(status)) wanted.push("Retry-After");
        if (/^3/.test(status)) wanted.push("Location");
        if (status === "200" && operation.operationId === "updateProgress") wanted.push("ETag");
        const name = `${method.toUpperCase()} ${path} ${status}`;
        expect([name, Object.keys(headers)]).toEqual([name, expect.arrayContaining(wanted)]);
      }
  });

  test("every operation answers other methods, in the manner of its path", async () => {
    const document = await read();
    const answers = operationsOf(document).map(({ path, operation }) => {
      const { content = {} } = resolved(document, operation.responses[405] ?? { description: "" });
      const [[type, { schema }] = ["none", {}]] = Object.entries(content);
      return [path, type, schema?.$ref?.split("/").at(-1) ?? "page"];
    });
    const manner = Object.fromEntries(answers.map(([path, ...rest]) => [path, rest]));
    expect(manner["/api/me"]).toEqual(["application/json", "Error"]);
    expect(manner["/oauth/token"]).toEqual(["application/json", "OAuthError"]);
    expect(manner["/auth/{provider}/start"]).toEqual(["text/html", "page"]);
    expect(answers.filter(([, type]) => type === "none")).toEqual([]);
  });

  test("what a signed-in player needs may answer whatever the guard does", async () => {
    const document = await read();
    const guarded = operationsOf(document).filter(
      ({ path, operation }) => path.startsWith("/api/") && operation.security.some(({ bearer }) => bearer),
    );
    expect(guarded.length).toBeGreaterThan(10);
    for (const { path, operation } of guarded) {
      for (const code of ["unauthorized", "invalid_token", "insufficient_scope", "use_dpop_nonce"])
        expect([path, operation.description]).toEqual([path, expect.stringContaining(`\`${code}\``)]);
      expect([path, operation.parameters]).toEqual([
        path,
        expect.arrayContaining([{ $ref: "#/components/parameters/DpopProof" }]),
      ]);
    }
  });

  test("every reference leads somewhere, and every component is referred to", async () => {
    const document = await read();
    const refs = new Set(JSON.stringify(document).match(/(?<="\$ref":"#\/components\/)[^"]+/g));
    const there = Object.entries(document.components)
      .filter(([kind]) => kind !== "securitySchemes")
      .flatMap(([kind, members]) => Object.keys(members).map((name) => `${kind}/${name}`));
    expect([...refs].sort()).toEqual(there.sort());
  });
});

onEmbedded(
  (at) => {
    // A route's first request has Elysia change its schemas.
    test("what was asked before changes nothing: members that nobody declared are never refused", async () => {
      await playAsGuest(at.server);
      const { text } = await get(at.server, "/swagger/json");
      expect(text).toContain('"LoginRequest"');
      const { components } = JSON.parse(text) as OpenApiDocument;
      const refusing = Object.entries(components.schemas).flatMap(([name, { additionalProperties }]) =>
        additionalProperties === false ? [name] : [],
      );
      // What a game server mistypes would be a loss.
      expect(refusing).toEqual(["PlayerChanges", "ProgressChanges"]);
      expect(text.split('"additionalProperties":false').length - 1).toBe(refusing.length);
    });

    test("the document's server is where players reach this one", async () => {
      const { servers } = JSON.parse((await get(at.server, "/swagger/json")).text);
      expect(servers).toEqual([{ url: "https://accounts.robotouille.test/base" }]);
    });
  },
  { env: { SERVER_PUBLIC_URL: "https://accounts.robotouille.test/base" } },
);

function resolved({ components }: OpenApiDocument, answer: Answer | { $ref: string }): Answer {
  if (!("$ref" in answer)) return answer;
  return components.responses[answer.$ref.split("/").at(-1) ?? ""] ?? { description: "" };
}
