import { goodNames, refusedNames } from "../fixtures/hostile-strings";
import { openEmbeddedForTest } from "../support/databases";
import { signIn } from "../support/players";
import type { Proof, Run } from "../support/proof";
import { raw } from "../support/raw";
import { get } from "../support/requests";
import { startTestServer } from "../support/server";

const CORRUPTIONS_PER_ROUND = 12;

/** Statuses that an answer to nonsense may have; 505 is for what does not look like HTTP/1.1. */
const SANE = (status: number) => (status >= 200 && status < 500) || status === 505;

const TEXTS = [...refusedNames, ...goodNames].map(([, text]) => text).filter(({ length }) => length < 1_000);

export const framing: Proof = {
  name: "hostile bytes",
  title:
    "S43 S45 S46 S47 S50 hostile strings and broken HTTP on the wire: never a 5xx, and the server goes on",
  database: "embedded",
  shortRounds: 4,
  longRounds: 1_000,
  share: 2,
  async prepare(run) {
    const database = await openEmbeddedForTest();
    run.world.defer(() => database.close());
    const server = await startTestServer({ database });
    run.world.defer(() => server.stop());
    const { access_token } = await signIn(server);
    return async () => {
      run.fault(CORRUPTIONS_PER_ROUND);
      const requests = Array.from({ length: CORRUPTIONS_PER_ROUND }, () =>
        corrupt(run, whole(run, access_token)),
      );
      const answers = await Promise.all(requests.map((request) => raw(server, request, 500)));
      for (const [index, { text }] of answers.entries()) {
        const statuses = [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d)/g)].map(([, status]) => Number(status));
        const insane = statuses.filter((status) => !SANE(status));
        run.check(insane.length === 0, `${insane} after ${JSON.stringify(requests[index]).slice(0, 600)}`);
      }
      run.check((await get(server, "/health/ready")).status === 200, "ready afterwards");
    };
  },
};

/** A request that is as it should be, but for what it says; in bytes as Latin-1. */
function whole(run: Run, accessToken: string): string {
  const { random } = run;
  const text = random.pick(TEXTS);
  const utf8 = Buffer.from(text).toString("latin1");
  const field = random.pick([
    "refresh_token",
    "new_username",
    "new_picture",
    "device",
    "id_token",
    "__proto__",
    text,
  ]);
  const value = random.pick([
    JSON.stringify(text),
    `{"__proto__":{"a":${JSON.stringify(text)}}}`,
    "[".repeat(random.integer(1, 8_000)),
    `"${"a".repeat(random.integer(1, 20_000))}"`,
    "1e999",
    "null",
  ]);
  const twice = random.integer(0, 1) === 1 ? `,${JSON.stringify(field)}:${value}` : "";
  const body = Buffer.from(`{${JSON.stringify(field)}:${value}${twice}}`).toString("latin1");
  const path = random.pick([
    "/api/refresh",
    "/api/login",
    "/api/logout",
    "/api/update_username",
    "/api/update_picture",
    `/api/sessions/${encodeURIComponent(text.toWellFormed())}`,
    `/auth/google/callback?state=${encodeURIComponent(text.toWellFormed())}`,
    `/${utf8.replace(/[\r\n ]/g, "")}`,
  ]);
  const method = path.startsWith("/auth") ? "GET" : random.pick(["POST", "POST", "POST", "DELETE", "PUT"]);
  const chunked = random.integer(0, 2) === 0;
  const framed = chunked
    ? `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    : `Content-Length: ${body.length}\r\n\r\n${body}`;
  return [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    "Content-Type: application/json",
    `Authorization: Bearer ${random.pick([accessToken, utf8.replace(/[\r\n\0]/g, ""), ""])}`,
    `User-Agent: ${utf8.replace(/[\r\n\0]/g, "")}`,
    framed,
  ].join("\r\n");
}

/** The same with bytes lost, added, doubled or changed, above all where the framing is. */
function corrupt({ random }: Run, request: string): string {
  const head = request.indexOf("\r\n\r\n") + 4;
  let corrupted = request;
  for (let count = random.integer(0, 3); count > 0; count--) {
    const at = random.integer(
      0,
      Math.min(corrupted.length, random.pick([head, head + 20, corrupted.length])),
    );
    const [before, after] = [corrupted.slice(0, at), corrupted.slice(at)];
    corrupted = random.pick([
      () =>
        before +
        random.pick(["\r", "\n", "\r\n", "\r\n\r\n", "\0", "\x80", "\xff", " ", ":", "\t", ","]) +
        after,
      () => before + after.slice(random.integer(1, 10)),
      () => before + after.slice(0, 30) + after,
      () => before,
      () => corrupted.replace(/Content-Length: \d+/, random.pick(LENGTHS)),
      () => corrupted.replace("\r\n\r\n", `\r\n${random.pick([...LENGTHS, ...CODINGS])}\r\n\r\n`),
    ])();
  }
  return corrupted;
}

const LENGTHS = [
  "Content-Length: 0",
  "Content-Length: 5",
  "Content-Length: -1",
  "Content-Length: 1e3",
  "Content-Length: 18446744073709551616",
  "Content-Length: 5, 5",
  "Content-Length : 5",
  "content-length: 100000000",
];

const CODINGS = [
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: identity",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding:\tchunked",
  "Transfer-Encoding: xchunked",
  "Content-Encoding: gzip",
  "Expect: 100-continue",
  "Connection: close, upgrade",
  "Upgrade: h2c",
  "Host: elsewhere",
  "X-Forwarded-For: \xff",
];
