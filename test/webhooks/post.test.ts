import { afterAll, describe, expect, test } from "bun:test";
import { createWebhookPost } from "../../src/webhooks/post";
import { createReceiverAddresses, type ResolveHost } from "../../src/webhooks/receiver-addresses";
import { selfSignedCertificate } from "../support/certificates";
import { startReceiver } from "../support/webhook-receiver";

const running = new AsyncDisposableStack();
afterAll(() => running.disposeAsync());

const resolvesTo =
  (...addresses: string[]): ResolveHost =>
  async () =>
    addresses;

/** @param resolve who the names belong to; `allowed` null is development */
const postWith = (
  allowed: string[] | null,
  resolve: ResolveHost,
  options: { ca?: string; timeoutMs?: number } = {},
) =>
  createWebhookPost({
    addresses: createReceiverAddresses(allowed, resolve),
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        ...(options.ca && init && "tls" in init ? { tls: { ...Object(init.tls), ca: options.ca } } : {}),
      }),
    timeoutMs: options.timeoutMs ?? 2_000,
  });

function receiver() {
  const hook = startReceiver();
  running.defer(() => hook.stop());
  return { ...hook, port: new URL(hook.url).port };
}

describe("In production nothing is sent to an address that is not public", () => {
  test.each([
    "127.0.0.1",
    "10.0.0.7",
    "172.16.9.9",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::7",
    "fec0::1",
    "ff02::1",
    "::ffff:10.0.0.7",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:7",
    "2002:a00:7::1",
    "2001:db8::1",
  ])("%s, which a name may lead to", async (address) => {
    const hook = receiver();
    const post = postWith([], resolvesTo(address));
    expect(await post(`https://hooks.example:${hook.port}/`, {}, "{}")).toEqual({
      failure: "address_refused",
    });
    expect(hook.received).toEqual([]);
  });

  test.each(["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1", "localhost"])(
    "%s, which the URL names itself",
    async (host) => {
      const post = createWebhookPost({ addresses: createReceiverAddresses([]), fetch, timeoutMs: 2_000 });
      expect(await post(`https://${host}/`, {}, "{}")).toEqual({ failure: "address_refused" });
    },
  );

  test("unless a setting names it, alone or its network", async () => {
    const hook = receiver();
    for (const allowed of [["127.0.0.1"], ["10.0.0.0/8", "127.0.0.0/8"]]) {
      const post = postWith(allowed, resolvesTo("127.0.0.1"));
      expect(await post(`http://hooks.internal:${hook.port}/`, {}, "{}")).toEqual({ status: 200 });
    }
    const post = postWith(["127.0.0.2", "::1"], resolvesTo("127.0.0.1"));
    expect(await post(`http://hooks.internal:${hook.port}/`, {}, "{}")).toEqual({
      failure: "address_refused",
    });
    expect(hook.received).toHaveLength(2);
  });

  test("nor by a name that leads elsewhere once it was looked at: it is looked up once", async () => {
    const hook = receiver();
    const asked: string[] = [];
    const rebinding: ResolveHost = async (host) => {
      asked.push(host);
      return asked.length === 1 ? ["127.0.0.1"] : ["10.0.0.7"];
    };
    const post = postWith(["127.0.0.1"], rebinding);
    expect(await post(`http://rebind.example:${hook.port}/`, {}, "{}")).toEqual({ status: 200 });
    expect(asked).toEqual(["rebind.example"]);
    expect(hook.received[0]?.headers.host).toBe(`rebind.example:${hook.port}`);
  });
});

test("a certificate is checked for the name that the endpoint has, wherever that leads", async () => {
  const { key, cert } = await selfSignedCertificate("hooks.example");
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { key, cert },
    fetch: (request) =>
      new Response(null, { status: new URL(request.url).hostname === "hooks.example" ? 204 : 500 }),
  });
  running.defer(() => server.stop(true));
  const post = postWith(null, resolvesTo("127.0.0.1"), { ca: cert });
  expect(await post(`https://hooks.example:${server.port}/`, {}, "{}")).toEqual({ status: 204 });
  expect(await post(`https://other.example:${server.port}/`, {}, "{}")).toEqual({
    failure: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
  const untrusting = postWith(null, resolvesTo("127.0.0.1"));
  expect(await untrusting(`https://hooks.example:${server.port}/`, {}, "{}")).toEqual({
    failure: "DEPTH_ZERO_SELF_SIGNED_CERT",
  });
});

test("where one address does not answer, the next one is asked", async () => {
  const hook = receiver();
  const post = postWith(null, resolvesTo("127.0.0.9", "127.0.0.1"));
  expect(await post(`http://hooks.example:${hook.port}/`, {}, "{}")).toEqual({ status: 200 });
});

test("a redirect is an answer, and is not followed", async () => {
  const elsewhere = receiver();
  const hook = receiver();
  hook.answerWith(() => Response.redirect(elsewhere.url, 308));
  const post = postWith(null, resolvesTo("127.0.0.1"));
  expect(await post(hook.url, {}, "{}")).toEqual({ status: 308 });
  expect(elsewhere.received).toEqual([]);
});

test("of an answer without end nothing is read but its status", async () => {
  let sent = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            sent += 65_536;
            controller.enqueue(new Uint8Array(65_536));
            await Bun.sleep(1);
          },
        }),
      ),
  });
  running.defer(() => server.stop(true));
  const post = postWith(null, resolvesTo("127.0.0.1"));
  expect(await post(`http://127.0.0.1:${server.port}/`, {}, "{}")).toEqual({ status: 200 });
  await Bun.sleep(100);
  const soon = sent;
  await Bun.sleep(300);
  expect(sent - soon).toBeLessThan(65_536 * 4);
});

test.each([
  ["the receiver", () => Bun.sleep(3_000).then(() => new Response()), resolvesTo("127.0.0.1")],
  ["the name's look-up", () => new Response(), () => new Promise<string[]>(() => {})],
] as const)("%s that takes too long is given up", async (_, answer, resolve) => {
  const hook = receiver();
  hook.answerWith(answer);
  const post = postWith(null, resolve, { timeoutMs: 300 });
  const began = performance.now();
  expect(await post(`http://hooks.example:${hook.port}/`, {}, "{}")).toEqual({ failure: "timeout" });
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("a name that there is not is a failure with the resolver's code", async () => {
  const post = postWith([], async () => {
    throw Object.assign(new Error("getaddrinfo ENOTFOUND hooks.example"), { code: "ENOTFOUND" });
  });
  expect(await post("https://hooks.example/", {}, "{}")).toEqual({ failure: "ENOTFOUND" });
});
