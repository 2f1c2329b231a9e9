import { afterAll, describe, expect, test } from "bun:test";
import { CODE_LIFETIME_SECONDS } from "../../../src/stand-ins/discord/grants";
import { CLIENT_ID, CLIENT_SECRET, codeFor, exchange, startDiscord } from "./support";

const { standIns, clock } = startDiscord();
afterAll(() => standIns.stop());

const basic = (secret: string) => ({
  authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${secret}`).toString("base64")}`,
});
const IN_HEADER = { client_id: undefined, client_secret: undefined };
const refusal = async (response: Response) => [response.status, await response.json()];
const invalid = (parameter: string) => [
  400,
  { error: "invalid_grant", error_description: `Invalid "${parameter}" in request.` },
];

describe("a code", () => {
  test.each([
    ["in the body", {}, {}],
    ["by basic authentication", IN_HEADER, basic(CLIENT_SECRET)],
  ])("buys Discord's token response, with the secret %s", async (_where, changes, headers) => {
    const response = await exchange(standIns, { code: await codeFor(standIns), ...changes }, headers);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await refusal(response)).toEqual([
      200,
      {
        token_type: "Bearer",
        access_token: expect.stringMatching(/^[\w-]{30}$/),
        expires_in: 604_800,
        refresh_token: expect.stringMatching(/^[\w-]{30}$/),
        scope: "identify email",
      },
    ]);
  });

  test("serves once", async () => {
    const code = await codeFor(standIns);
    expect((await exchange(standIns, { code })).status).toBe(200);
    expect(await refusal(await exchange(standIns, { code }))).toEqual(invalid("code"));
  });

  test("dies after its lifetime", async () => {
    const code = await codeFor(standIns);
    clock.offsetSeconds += CODE_LIFETIME_SECONDS;
    expect(await refusal(await exchange(standIns, { code }))).toEqual(invalid("code"));
  });

  test("is of one application", async () => {
    const code = await codeFor(standIns, { client_id: "268473310986240001" });
    expect(await refusal(await exchange(standIns, { code }))).toEqual(invalid("code"));
  });

  test.each([undefined, "http://127.0.0.1:5000/elsewhere"])(
    "serves not with the redirect %p",
    async (uri) => {
      const response = await exchange(standIns, { code: await codeFor(standIns), redirect_uri: uri });
      expect(await refusal(response)).toEqual(invalid("redirect_uri"));
    },
  );

  test.each([undefined, "x".repeat(43)])("serves not with the verifier %p", async (code_verifier) => {
    const response = await exchange(standIns, { code: await codeFor(standIns), code_verifier });
    expect(await refusal(response)).toEqual(invalid("code_verifier"));
  });
});

test.each([
  ["in the body", { client_secret: "wrong" }, {}],
  ["by basic authentication", IN_HEADER, basic("wrong")],
])("a wrong secret %s is Discord's invalid_client, and spends no code", async (_where, changes, headers) => {
  const code = await codeFor(standIns);
  const response = await exchange(standIns, { code, ...changes }, headers);
  expect(await refusal(response)).toEqual([401, { error: "invalid_client" }]);
  expect((await exchange(standIns, { code })).status).toBe(200);
});

test("another grant is not played", async () => {
  const [status, body] = await refusal(await exchange(standIns, { grant_type: "refresh_token" }));
  expect([status, body]).toEqual([400, expect.objectContaining({ error: "unsupported_grant_type" })]);
});
