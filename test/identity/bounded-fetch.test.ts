import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { createGoogleVerifier } from "../../src/identity/google-verifier";
import { TestClock } from "../support/clock";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { CLIENT_ID } from "../support/server";

const LIMIT = 65_536;
const PROOF = { sub: "hostile-1", aud: CLIENT_ID, scope: "openid" };

let google: HostileGoogle;
beforeAll(async () => {
  google = await startHostileGoogle();
});
afterAll(() => google.stop());

const verifierOf = (endpoints: object = {}) =>
  createGoogleVerifier(
    {
      local: false,
      clientIds: [CLIENT_ID],
      clientSecret: "secret",
      endpoints: { ...google.urls, ...endpoints },
      redirectUris: [],
    },
    new TestClock(),
    fetch,
  );

const WAYS = ["an access token", "an id token", "a code"] as const;

const signInBy = async (way: (typeof WAYS)[number], endpoints?: object) => {
  const verifier = verifierOf(endpoints);
  const code = { code: "4/x", codeVerifier: "v".repeat(43), redirectUri: "http://localhost:5000/cb" };
  const signIn = {
    "an access token": () => verifier.accessToken("ya29.x"),
    "an id token": async () => verifier.idToken(await google.idToken()),
    "a code": () => verifier.code(code),
  };
  return signIn[way]().then(
    () => "signed in",
    ({ code }) => code,
  );
};

/** JSON that holds as many bytes. */
const padded = (bytes: number) => JSON.stringify(PROOF).padEnd(bytes);

describe("an answer of Google's is 64 KiB at most", () => {
  test("of 64 KiB it is read", async () => {
    google.misbehave("tokenInfo", () => new Response(padded(LIMIT)));
    expect(await signInBy("an access token")).toBe("signed in");
  });

  test.each([200, 400, 500])("of one byte more and status %i it is google_unavailable", async (status) => {
    google.misbehave("tokenInfo", () => new Response(padded(LIMIT + 1), { status }));
    expect(await signInBy("an access token")).toBe("google_unavailable");
  });

  test("compressed is not asked for, and a bomb is not unpacked", async () => {
    const bomb = gzipSync(padded(64 * 2 ** 20));
    const asked: (string | null)[] = [];
    google.misbehave("tokenInfo", ({ headers }) => {
      asked.push(headers.get("accept-encoding"));
      return new Response(bomb, { headers: { "content-encoding": "gzip" } });
    });
    expect(await signInBy("an access token")).toBe("google_unavailable");
    expect(asked).toEqual(["identity"]);
  });
});

describe("an answer without end is cut off", () => {
  /** Sent every {@link PACE_MS}: slow enough to tell how much it was before the cut. */
  const PIECE = " ".repeat(16_384);
  const PACE_MS = 10;
  const sockets = new Set<Socket>();
  let server: Server;
  let sent = 0;

  /** A server that goes on for ever. */
  async function endless(header: string, frame: (piece: string) => string): Promise<string> {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${header}\r\n`);
      const sending = setInterval(() => {
        sent += PIECE.length;
        socket.write(frame(PIECE));
      }, PACE_MS);
      socket.on("error", () => {}).on("close", () => clearInterval(sending));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}/x`;
  }

  const FRAMINGS: [string, string, (piece: string) => string][] = [
    ["with a length", "content-length: 1000000000000\r\n", (piece) => piece],
    ["in chunks", "transfer-encoding: chunked\r\n", (piece) => `4000\r\n${piece}\r\n`],
    ["until the connection ends", "connection: close\r\n", (piece) => piece],
  ];
  for (const [how, header, frame] of FRAMINGS) {
    test.each([...WAYS])(
      `${how}, long before a server could send 256 KiB, at a sign-in by %s`,
      async (way) => {
        sent = 0;
        const url = await endless(header, frame);
        expect(await signInBy(way, { tokenInfo: url, token: url, certs: url })).toBe("google_unavailable");
        const sentUntilThen = sent;
        expect(sentUntilThen).toBeWithin(LIMIT, 4 * LIMIT);
        await Bun.sleep(10 * PACE_MS);
        expect(sent - sentUntilThen).toBeLessThanOrEqual(2 * PIECE.length);
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    );
  }
});
