import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { authUrl, pick, pickedLocation, REDIRECT_URI, startGoogle } from "./support";

let google: RunningLocalGoogle;
beforeAll(() => {
  google = startGoogle().google;
});
afterAll(() => google.stop());

describe("the account picker", () => {
  test("lists three invented players and says that it is not Google", async () => {
    const response = await fetch(authUrl(google));
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(page.match(/name="account"/g)).toHaveLength(3);
    expect(page).toContain("<strong>Local sign-in – not Google</strong>");
  });

  test("forbids scripts, frames and foreign content", async () => {
    const { headers } = await fetch(authUrl(google));
    const policy = headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("keeps its opener, so that popups work", async () => {
    expect((await fetch(authUrl(google))).headers.has("cross-origin-opener-policy")).toBe(false);
  });

  test("escapes what the client sends", async () => {
    const page = await (
      await fetch(authUrl(google, { client_id: '<script>"x', login_hint: '"><b>@x' }))
    ).text();
    expect(page).toContain("&lt;script&gt;&quot;x");
    expect(page).toContain('value="&quot;&gt;&lt;b&gt;@x"');
  });

  test("puts the hinted player first", async () => {
    const page = await (await fetch(authUrl(google, { login_hint: "chloe@players.example" }))).text();
    expect(page.indexOf("Chloé")).toBeLessThan(page.indexOf("Ada"));
  });
});

describe("a picked player", () => {
  test("goes back with a code and the state", async () => {
    const response = await pick(authUrl(google), { account: "ada@players.example" });
    const location = new URL(response.headers.get("location") ?? "");
    expect(response.status).toBe(303);
    expect(location.origin + location.pathname).toBe(REDIRECT_URI);
    expect(location.searchParams.get("code")).toStartWith("4/local-");
    expect(location.searchParams.get("state")).toBe("the state");
  });

  test("keeps the redirect's own query", async () => {
    const redirect = `${REDIRECT_URI}?game=soup`;
    const location = await pickedLocation(authUrl(google, { redirect_uri: redirect }), { account: "ada" });
    expect(location.searchParams.get("game")).toBe("soup");
    expect(location.searchParams.has("code")).toBe(true);
  });

  test("goes back in the fragment when asked", async () => {
    const location = await pickedLocation(authUrl(google, { response_mode: "fragment" }), { account: "ada" });
    expect(location.search).toBe("");
    expect(new URLSearchParams(location.hash.slice(1)).get("state")).toBe("the state");
  });

  test("who is unknown is an error page", async () => {
    const response = await pick(authUrl(google), { account: "nobody" });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("There is no such player.");
  });
});

describe("a player of one's own", () => {
  test("signs in and is listed from then on", async () => {
    const form = { action: "add", name: "Zoë <Zest>", email: "zoe@example.com" };
    const location = await pickedLocation(authUrl(google), form);
    expect(location.searchParams.has("code")).toBe(true);
    expect(await (await fetch(authUrl(google))).text()).toContain("Zoë &lt;Zest&gt;");
  });

  test("is not added twice", async () => {
    const form = { action: "add", name: "Twin", email: "twin@example.com" };
    await pick(authUrl(google), form);
    await pick(authUrl(google), { ...form, email: "TWIN@example.com" });
    expect((await (await fetch(authUrl(google))).text()).match(/>Twin</g)).toHaveLength(1);
  });

  test("without a name or with half an email is told what is wrong", async () => {
    const response = await pick(authUrl(google), { action: "add", name: " ", email: "half@" });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain('value="half@"');
    expect(page.match(/aria-invalid="true"/g)).toHaveLength(2);
  });
});

test("Cancel goes back with access_denied and the state", async () => {
  const location = await pickedLocation(authUrl(google), { action: "cancel" });
  expect(Object.fromEntries(location.searchParams)).toEqual({ error: "access_denied", state: "the state" });
});

test("prompt=none goes back with interaction_required", async () => {
  const response = await fetch(authUrl(google, { prompt: "none" }), { redirect: "manual" });
  expect(response.headers.get("location")).toContain("error=interaction_required");
});

describe("a bad request is an error page, never a redirect", () => {
  const bad: [string, Record<string, string | undefined>][] = [
    ["no client_id", { client_id: undefined }],
    ["no redirect_uri", { redirect_uri: undefined }],
    ["a script as redirect_uri", { redirect_uri: "javascript:alert(1)" }],
    ["http to another machine", { redirect_uri: "http://game.example/callback" }],
    ["a name that only looks like loopback", { redirect_uri: "http://127.0.0.1.game.example/" }],
    ["a user name in redirect_uri", { redirect_uri: "http://127.0.0.1@localhost/" }],
    ["a fragment in redirect_uri", { redirect_uri: `${REDIRECT_URI}#` }],
    ["no response_type", { response_type: undefined }],
    ["the implicit flow", { response_type: "token" }],
    ["an unknown response_mode", { response_mode: "form_post" }],
    ["no scope", { scope: undefined }],
    ["a blank scope", { scope: " " }],
    ["PKCE's plain method", { code_challenge_method: "plain" }],
    ["a challenge without its method", { code_challenge_method: undefined }],
    ["a method without its challenge", { code_challenge: undefined }],
    ["a short challenge", { code_challenge: "short" }],
    ["an unknown prompt", { prompt: "please" }],
    ["prompt none with another", { prompt: "none consent" }],
  ];
  test.each(bad)("%s", async (_, changes) => {
    for (const method of ["GET", "POST"]) {
      const response = await fetch(authUrl(google, changes), { method, redirect: "manual" });
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toStartWith("text/html");
      expect(response.headers.has("location")).toBe(false);
    }
  });

  test("a repeated parameter", async () => {
    const response = await fetch(`${authUrl(google)}&%3Cb%3E=1&%3Cb%3E=2`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("&lt;b&gt;");
  });
});
