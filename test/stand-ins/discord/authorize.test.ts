import { afterAll, expect, test } from "bun:test";
import { pageUrl, pick, REDIRECT_URI, startDiscord } from "./support";

const { standIns } = startDiscord();
afterAll(() => standIns.stop());

test("the page says that it is not Discord, and whom it is for", async () => {
  const page = await (await fetch(pageUrl(standIns))).text();
  for (const part of ["not Discord", "157730590492196864", "Ada Pepper"]) expect(page).toContain(part);
});

test("a pick leads back with a code and the state", async () => {
  const back = await pick(pageUrl(standIns));
  expect(back.href).toStartWith(REDIRECT_URI);
  expect(Object.fromEntries(back.searchParams)).toEqual({
    code: expect.stringMatching(/^[\w-]{30}$/),
    state: "the state",
  });
});

test("a cancel leads back with Discord's refusal", async () => {
  const back = await pick(pageUrl(standIns), { action: "cancel" });
  expect(Object.fromEntries(back.searchParams)).toEqual({
    error: "access_denied",
    error_description: "The resource owner or authorization server denied the request",
    state: "the state",
  });
});

test.each([
  ["no client", { client_id: undefined }],
  ["a redirect to elsewhere in clear", { redirect_uri: "http://evil.example/" }],
  ["an implicit grant", { response_type: "token" }],
  ["an unknown scope", { scope: "identify everything" }],
  ["a plain challenge", { code_challenge_method: "plain" }],
])("%s is a page, and no redirect", async (_what, changes) => {
  const response = await fetch(pageUrl(standIns, changes), { redirect: "manual" });
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toStartWith("text/html");
});
