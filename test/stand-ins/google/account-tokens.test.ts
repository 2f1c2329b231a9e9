import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import type { RunningLocalGoogle } from "../../../src/stand-ins/google/start";
import { CLIENT_ID, startGoogle, tokensFor } from "./support";

let google: RunningLocalGoogle;
beforeAll(() => {
  google = startGoogle().google;
});
afterAll(() => google.stop());

async function claims(body: object): Promise<Record<string, unknown>> {
  const { id_token } = (await (await tokensFor(google, body)).json()) as { id_token: string };
  return decodeJwt(id_token);
}

test("an invented player is named by the part before the @", async () => {
  const response = await tokensFor(google, { account: "bruno" });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({
    access_token: expect.any(String),
    id_token: expect.any(String),
    expires_in: 3599,
    account: { name: "Bruno Saffron", email: "bruno@players.example" },
  });
});

test("any email makes a player, the same one each time", async () => {
  const [first, again, other] = await Promise.all(
    ["kim@example.com", "KIM@example.com", "lee@example.com"].map((account) => claims({ account })),
  );
  expect(first?.sub).toBe(again?.sub as string);
  expect(first?.sub).not.toBe(other?.sub as string);
  expect(first?.sub).toMatch(/^1\d{20}$/);
});

test("an unknown player's name does not come from the email", async () => {
  const { name } = await claims({ account: "private.person@example.com" });
  expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  expect(name).not.toMatch(/private|person/i);
});

test("claims are replaced for these tokens alone", async () => {
  const changed = {
    email: "new@example.com",
    email_verified: false,
    name: "New Name",
    picture: "https://x.example/p",
  };
  expect(await claims({ account: "ada", ...changed })).toMatchObject({ ...changed, given_name: "New" });
  expect(await claims({ account: "ada" })).toMatchObject({
    email: "ada@players.example",
    name: "Ada Pepper",
  });
});

test("two players may share an email", async () => {
  const account = "shared@example.com";
  const [one, two] = await Promise.all([claims({ account, sub: "1" }), claims({ account, sub: "2" })]);
  expect([one?.sub, two?.sub]).toEqual(["1", "2"]);
  expect(one?.email).toBe(two?.email as string);
});

test("null leaves a claim out", async () => {
  const without = await claims({
    account: "ada",
    email: null,
    given_name: null,
    family_name: null,
    picture: null,
  });
  for (const name of ["email", "email_verified", "given_name", "family_name", "picture"]) {
    expect(without).not.toHaveProperty(name);
  }
  expect(without).toHaveProperty("name", "Ada Pepper");
});

test("the audience is the local client unless the call names one", async () => {
  expect((await claims({ account: "ada" })).aud).toBe(CLIENT_ID);
  expect((await claims({ account: "ada", client_id: "other" })).aud).toBe("other");
});

describe("a bad call is a 400 that echoes nothing", () => {
  test.each([
    ["an unknown player", { account: "nobody" }],
    ["half an email", { account: "half@" }],
    ["no account", {}],
    ["an unknown field", { account: "ada", surprise: "surprise" }],
    ["a mistyped field", { account: "ada", email_verified: "surprise" }],
    ["an empty scope", { account: "ada", scope: " " }],
    ["an array", ["surprise"]],
    ["null", null],
  ])("%s", async (_, body) => {
    const response = await tokensFor(google, body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("surprise");
  });

  test("malformed JSON", async () => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${google.origin}/local/tokens`, {
      method: "POST",
      headers,
      body: "{surprise",
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("surprise");
  });
});

test("the front page documents the call", async () => {
  const page = await (await fetch(google.origin)).text();
  expect(page).toContain(`curl ${google.origin}/local/tokens \\\n`);
});
