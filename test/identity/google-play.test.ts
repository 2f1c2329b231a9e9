import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock";
import { ApiError } from "../../src/errors";
import { googlePlay } from "../../src/identity/google-play";
import type { IdentityProvider } from "../../src/identity/provider";
import { load } from "../config/support";
import { BROKEN, SILENT, startHostileServer } from "../support/hostile-server";

const CLIENT_ID = "1234-game.apps.googleusercontent.com";
const CLIENT_SECRET = "GOCSPX-game";
const TOKEN = "/token";
const ME = "/games/v1/players/me";
const ADA = {
  kind: "games#player",
  playerId: "a_8174639205718463920",
  displayName: "AdaCooks",
  avatarImageUrl: "https://lh3.googleusercontent.com/ada",
  gamePlayerId: "a_1111111111111111111",
};

const api = startHostileServer({
  [TOKEN]: () => Response.json({ access_token: "ya29.the-token", token_type: "Bearer", expires_in: 3_599 }),
  [ME]: () => Response.json(ADA),
});
beforeEach(() => api.behave());
afterAll(() => api.stop());

function playGamesAt(origin: string): IdentityProvider {
  const env = {
    GOOGLE_PLAY_CLIENT_ID: CLIENT_ID,
    GOOGLE_PLAY_CLIENT_SECRET: CLIENT_SECRET,
    GOOGLE_PLAY_URL: `${origin}/`,
    GOOGLE_TOKEN_URL: origin + TOKEN,
  };
  return googlePlay({ config: load({ env }), clock: systemClock, fetch }) as IdentityProvider;
}

const PROOF = { kind: "server_auth_code", code: "4/0AfJohX-the-code" } as const;
const provider = playGamesAt(api.origin);
const verify = () => provider.verifyProof(PROOF);

async function refused(attempt: Promise<unknown> = verify()) {
  const error = await attempt.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(error instanceof ApiError)) throw error;
  expect(Bun.inspect(error)).not.toMatch(/the-token|the-code|GOCSPX/);
  return error;
}
const codeOf = async (attempt?: Promise<unknown>) => (await refused(attempt)).code;

test("a server auth code is exchanged with the secret and an empty redirect, for the player behind it", async () => {
  const { loadProfile, ...identity } = await verify();
  expect(identity).toEqual({
    provider: "google_play",
    subject: ADA.playerId,
    email: null,
    emailVerified: false,
  });
  expect(await loadProfile()).toEqual({ name: ADA.displayName, picture: ADA.avatarImageUrl });
  const [exchange, me] = api.requests;
  expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    code: PROOF.code,
    redirect_uri: "",
  });
  expect(me?.headers.get("authorization")).toBe("Bearer ya29.the-token");
  for (const { url } of api.requests) expect(url).not.toContain("?");
});

test("it has no page", () => {
  expect(provider.page).toBeUndefined();
});

test("a player whose id Google changed is known by the first one, before and after", async () => {
  const first = (await verify()).subject;
  api.misbehave(ME, () => Response.json({ ...ADA, playerId: "a_999", originalPlayerId: ADA.playerId }));
  expect((await verify()).subject).toBe(first);
});

describe("Google refuses", () => {
  test("a code that was used before, is too old or of another client", async () => {
    const answer = { error: "invalid_grant", error_description: "Bad Request" };
    api.misbehave(TOKEN, () => Response.json(answer, { status: 400 }));
    expect(await codeOf()).toBe("provider_token_invalid");
    expect(api.asked(ME)).toEqual([]);
  });

  test.each([
    ["a wrong secret", "Unauthorized", "GOOGLE_PLAY_CLIENT_SECRET"],
    ["an unknown client", "The OAuth client was not found.", "GOOGLE_PLAY_CLIENT_ID"],
  ])("%s: 503, and the log names the setting", async (_what, error_description, expected) => {
    const answer = { error: "invalid_client", error_description };
    api.misbehave(TOKEN, () => Response.json(answer, { status: 401 }));
    const { code, cause, setting } = await refused();
    expect([code, cause, setting]).toEqual(["provider_unavailable_now", "invalid_client", expected]);
  });

  const forbidden = (reason: string) => ({
    error: {
      code: 403,
      status: "PERMISSION_DENIED",
      errors: [{ reason: "other" }],
      details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason }],
    },
  });

  test.each([
    [401, { error: { code: 401, status: "UNAUTHENTICATED" } }],
    [403, forbidden("ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
    [403, { error: { code: 403, errors: [{ reason: "insufficientPermissions" }] } }],
  ])("the token, with a %i", async (status, body) => {
    api.misbehave(ME, () => Response.json(body, { status }));
    expect(await codeOf()).toBe("provider_token_invalid");
  });

  test("this server's project, which has no Play Games: 503, and the log names the setting", async () => {
    api.misbehave(ME, () => Response.json(forbidden("SERVICE_DISABLED"), { status: 403 }));
    const { code, cause, setting } = await refused();
    expect([code, cause, setting]).toEqual(["provider_unavailable_now", "http_403", "GOOGLE_PLAY_CLIENT_ID"]);
  });
});

describe.each([TOKEN, ME] as const)("S13 %s is answered with", (path) => {
  test.each(BROKEN)("%s: 503, asked once", async (_what, answer) => {
    api.misbehave(path, answer);
    expect(await codeOf()).toBe("provider_unavailable_now");
    expect(api.asked(path)).toHaveLength(1);
  });
});

test("S13 a Google that does not answer, or is not there: 503 within its deadline", async () => {
  api.misbehave(ME, SILENT);
  const started = performance.now();
  expect(await codeOf(playGamesAt("http://127.0.0.1:1").verifyProof(PROOF))).toBe("provider_unavailable_now");
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(await codeOf()).toBe("provider_unavailable_now");
  expect(performance.now() - started).toBeWithin(4_900, 8_000);
}, 15_000);

test.each([undefined, null, "", 7, "a".repeat(256)])(
  "a player whose id is %p is nobody",
  async (playerId) => {
    api.misbehave(ME, () => Response.json({ ...ADA, playerId }));
    expect(await codeOf()).toBe("provider_unavailable_now");
  },
);

test.each([undefined, "", "javascript:alert(1)", "http://lh3.googleusercontent.com/ada"])(
  "a picture at %p is none",
  async (avatarImageUrl) => {
    api.misbehave(ME, () => Response.json({ ...ADA, avatarImageUrl }));
    expect((await (await verify()).loadProfile()).picture).toBeNull();
  },
);
