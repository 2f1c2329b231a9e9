import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import fc from "fast-check";
import type { SessionAnswer } from "../../src/session/model";
import { openEmbeddedForTest } from "../support/databases";
import { freshName, googleTokens, signIn } from "../support/players";
import type { Proof, Run } from "../support/proof";
import { type Answer, send } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { breakingRequest, fittingRequest, type Operation, type Request } from "./support/requests";
import { closed, type Schema } from "./support/schema-arbitrary";
import { withoutReferences } from "./support/without-references";

type Document = { paths: Record<string, Record<string, Operation>> };

const METHODS = ["get", "head", "post", "put", "patch", "delete"];
const REQUESTS_PER_OPERATION = 5;

export const openApi: Proof = {
  name: "OpenAPI fuzz",
  title: "S51 requests that fit the OpenAPI document and requests that break it get what it says, and no 5xx",
  database: "embedded",
  shortRounds: 1,
  longRounds: 300,
  share: 2,
  async prepare(run) {
    const database = await openEmbeddedForTest();
    run.world.defer(() => database.close());
    const server = await startTestServer({ database });
    run.world.defer(() => server.stop());
    const document = withoutReferences((await send(server, "/swagger/json")).body as unknown as Document);
    const fits = responseCheck();
    const player = new Player(server);
    return async () => {
      const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] =>
        fc.sample(arbitrary, { seed: run.random.integer(0, 2 ** 31), numRuns: REQUESTS_PER_OPERATION });
      for (const [path, operations] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(operations)) {
          const breaking = sample(breakingRequest(operation));
          run.fault(breaking.length);
          for (const request of [...sample(fittingRequest(operation)), ...breaking]) {
            const completed = await complete(run, server, request);
            const answer = await dispatch(run, player, method, path, operation, completed);
            if (answer.status === 204) player.signedOut();
            const problem = problemOf(answer, operation, fits);
            const said = `${method} ${path} ${JSON.stringify(completed).slice(0, 500)}`;
            run.check(problem === null, `${problem} ${answer.text.slice(0, 200)} after ${said}`);
          }
        }
        for (const method of METHODS) await checkMethod(run, server, path, method, document);
      }
    };
  },
};

type ResponseCheck = (schema: Schema, body: unknown) => string | null;

function responseCheck(): ResponseCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv as never);
  const compiled = new Map<Schema, ValidateFunction>();
  return (schema, body) => {
    const validate = compiled.get(schema) ?? ajv.compile(closed(schema));
    compiled.set(schema, validate);
    return validate(body) ? null : ajv.errorsText(validate.errors);
  };
}

/** What is wrong with an answer, if anything. */
function problemOf(answer: Answer, { responses }: Operation, fits: ResponseCheck): string | null {
  const { status, headers, text } = answer;
  if (status >= 500) return `a ${status}`;
  const documented = responses[status];
  if (!documented) return `an undocumented ${status}`;
  if (headers.get("x-content-type-options") !== "nosniff" || !headers.get("x-request-id"))
    return "bare headers";
  const schema = documented.content?.["application/json"]?.schema;
  if (!schema) return status === 204 && text !== "" ? "a 204 with a body" : null;
  if (!headers.get("content-type")?.startsWith("application/json")) return "another content type";
  return fits(schema, answer.body);
}

/** Puts real proofs and free names where made-up ones would never get past the door. */
async function complete(run: Run, server: TestServer, request: Request): Promise<Request> {
  if (run.random.fraction() < 0.4) return request;
  const body = parsed(request.body);
  if (!body) return { ...request, query: request.query.map(withLoopback) };
  const real: Record<string, () => Promise<string> | string> = {
    access_token: async () => (await googleTokens(server)).access_token,
    id_token: async () => (await googleTokens(server)).id_token,
    refresh_token: async () => (await signIn(server)).refresh_token,
    new_username: () => freshName(),
  };
  const [name] = run.random.shuffled(Object.keys(body).filter((key) => Object.hasOwn(real, key)));
  if (name === undefined) return request;
  const value = await real[name]?.();
  const only = name === "access_token" || name === "id_token" ? {} : body;
  return { ...request, body: JSON.stringify({ ...only, [name]: value }) };
}

const withLoopback = ([name, value]: [string, string]): [string, string] =>
  name === "redirect_uri" ? [name, "http://127.0.0.1:5000/callback"] : [name, value];

function parsed(body: string | undefined): Record<string, unknown> | null {
  try {
    const value = JSON.parse(body ?? "null");
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

async function dispatch(
  run: Run,
  player: Player,
  method: string,
  path: string,
  operation: Operation,
  request: Request,
): Promise<Answer> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encode(request.pathParameters[name] ?? "x"));
  const query = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const headers: Record<string, string> = { ...(await authorization(run, player, operation)) };
  if (request.contentType) headers["content-type"] = request.contentType;
  return send(player.server, `${filled}${query && "?"}${query}`, {
    method,
    headers,
    ...(request.body === undefined ? {} : { body: new TextEncoder().encode(request.body) }),
  });
}

async function authorization(run: Run, player: Player, { security }: Operation) {
  if (!security) return {};
  const choice = run.random.integer(0, 9);
  if (choice === 0) return {};
  if (choice === 1)
    return { authorization: run.random.pick(["", "Bearer", "Bearer a.b.c", "Basic YTpi", "Bearer ü"]) };
  return { authorization: `Bearer ${await player.accessToken()}` };
}

/** Somebody who is signed in, again and again. */
class Player {
  private session: Promise<SessionAnswer> | undefined;

  constructor(readonly server: TestServer) {}

  async accessToken(): Promise<string> {
    this.session ??= signIn(this.server);
    return (await this.session).access_token;
  }

  signedOut(): void {
    this.session = undefined;
  }
}

const encode = (text: string) => encodeURIComponent(String(text).toWellFormed()).replaceAll(".", "%2E");

/** A method that no operation has is a 405 that names those there are; a path may be that of several. */
async function checkMethod(
  run: Run,
  server: TestServer,
  template: string,
  method: string,
  { paths }: Document,
): Promise<void> {
  const path = template.replace(/\{\w+\}/g, "x");
  const allowed = Object.entries(paths)
    .filter(([other]) => new RegExp(`^${other.replace(/\{\w+\}/g, "[^/]+")}$`).test(path))
    .flatMap(([, operations]) => Object.keys(operations).map((name) => name.toUpperCase()));
  if (allowed.includes("GET")) allowed.push("HEAD");
  if (allowed.includes(method.toUpperCase())) return;
  const { status, headers } = await send(server, path, { method });
  const listed = headers.get("allow") ?? "";
  const complete = listed.split(", ").sort().join() === allowed.sort().join();
  run.check(status === 405 && complete, `${method} ${path}: ${status}, Allow: ${listed}`);
}
