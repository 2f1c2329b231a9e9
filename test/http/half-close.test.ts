import { afterAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { googleTokens } from "../support/players";
import { get, post } from "../support/requests";
import { onEmbedded } from "../support/suite";

/** Sends a request, closes the sending half of the connection at once (a TCP FIN, as `nc -N` does), and reads on. */
function sendAndHalfClose({ origin }: { origin: string }, request: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => resolve(text));
    socket.on("close", () => resolve(text));
    socket.on("end", () => resolve(text));
    socket.end(request);
  });
}

const plain = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch() {
    await Bun.sleep(20);
    return new Response("an answer");
  },
});
afterAll(() => plain.stop(true));

test("Bun itself drops the answer to a client that has closed its sending half", async () => {
  const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const origin = `http://127.0.0.1:${plain.port}`;
  expect(await (await fetch(origin)).text()).toBe("an answer");
  // When this fails, Bun has learnt it: tell so in the README's limits, and turn the test below round.
  expect(await sendAndHalfClose({ origin }, request)).toBe("");
});

onEmbedded((at) => {
  test("so a client that closes its half after the POST gets no answer, signs in, and may simply try again", async () => {
    const { access_token } = await googleTokens(at.server);
    const body = JSON.stringify({ access_token, device: "half-closed" });
    const request =
      "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      `Content-Length: ${body.length}\r\n\r\n${body}`;
    expect(await sendAndHalfClose(at.server, request)).toBe("");
    const isLoggedIn = async () => (await at.server.logLines()).some(({ event }) => event === "login");
    while (!(await isLoggedIn())) await Bun.sleep(20);
    const again = await post(at.server, "/api/login", { access_token, device: "whole" });
    expect(again.status).toBe(200);
    const { body: listed } = await get(at.server, "/api/sessions", {
      authorization: `Bearer ${again.body.access_token}`,
    });
    const { sessions } = listed as unknown as { sessions: { device: string }[] };
    expect(sessions.map(({ device }) => device).toSorted()).toEqual(["half-closed", "whole"]);
  });
});
