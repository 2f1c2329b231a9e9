import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { rejection } from "../../support/rejection";
import { authUrl, startGoogle } from "./support";

let google: RunningLocalGoogle;
beforeAll(() => {
  google = startGoogle().google;
});
afterAll(() => google.stop());

const FOREIGN = { origin: "https://evil.example" };
const JSON_BODY = { method: "POST", body: '{"account":"ada"}' };
const JSON_TYPE = { "content-type": "application/json" };

describe("host names", () => {
  test.each(["evil.example", "127.0.0.1.evil.example", "10.0.0.1"])("%s is refused", async (host) => {
    const response = await fetch(google.origin, { headers: { host } });
    expect(response.status).toBe(403);
  });

  test.each(["localhost:8001", "127.0.0.1", "[::1]:8001"])("%s is served", async (host) => {
    const response = await fetch(google.origin, { headers: { host } });
    expect(response.status).toBe(200);
  });

  test("a malformed one is refused", async () => {
    expect(await rawStatus("GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n")).not.toContain("200");
  });
});

test("only loopback is listened on", async () => {
  const port = Number(new URL(google.origin).port);
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4");
  expect(new URL(google.origin).hostname).toBe("127.0.0.1");
  for (const { address } of outside) {
    expect(await rejection(fetch(`http://${address}:${port}/`))).toBeInstanceOf(Error);
  }
});

describe("pages of another origin", () => {
  test("get no tokens for an account", async () => {
    const headers = { ...JSON_TYPE, ...FOREIGN };
    const response = await fetch(`${google.origin}/local/tokens`, { ...JSON_BODY, headers });
    expect(response.status).toBe(403);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });

  test("get no tokens without a preflight either", async () => {
    const headers = { "content-type": "text/plain" };
    const response = await fetch(`${google.origin}/local/tokens`, { ...JSON_BODY, headers });
    expect(response.status).toBe(400);
  });

  test("get no permission from a preflight", async () => {
    const headers = { ...FOREIGN, "access-control-request-method": "POST" };
    const response = await fetch(`${google.origin}/local/tokens`, { method: "OPTIONS", headers });
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });

  test("cannot pick an account", async () => {
    const body = new URLSearchParams({ account: "ada" });
    const response = await fetch(authUrl(google), {
      method: "POST",
      body,
      headers: FOREIGN,
      redirect: "manual",
    });
    expect(response.status).toBe(403);
  });

  test("may call what Google opens to them", async () => {
    for (const url of [google.urls.token, google.urls.tokenInfo, google.urls.userinfo, google.urls.certs]) {
      const headers = { ...FOREIGN, "access-control-request-headers": "authorization" };
      const preflight = await fetch(url, { method: "OPTIONS", headers });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    }
    const refused = await fetch(google.urls.userinfo, { headers: FOREIGN });
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
  });
});

test("a body over 64 KiB is refused", async () => {
  const response = await fetch(google.urls.token, { method: "POST", body: "x".repeat(64 * 1024 + 1) });
  expect(response.status).toBe(413);
});

function rawStatus(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    void Bun.connect({
      hostname: "127.0.0.1",
      port: Number(new URL(google.origin).port),
      socket: {
        open: (socket) => void socket.write(request),
        data: (_, bytes) => {
          answer += bytes.toString();
        },
        close: () => resolve(answer.split("\r\n")[0] ?? ""),
        error: (_, error) => reject(error),
      },
    });
  });
}
