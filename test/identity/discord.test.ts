import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock";
import { ApiError } from "../../src/errors";
import { discord } from "../../src/identity/discord";
import type { IdentityProvider } from "../../src/identity/provider";
import { load } from "../config/support";
import { BROKEN, SILENT, startHostileServer } from "../support/hostile-server";

const CLIENT_ID = "157730590492196864";
const CLIENT_SECRET = "a discord/secret+of&ours";
const TOKEN = "/api/oauth2/token";
const ME = "/api/v10/users/@me";
const NELLY = {
  id: "80351110224678912",
  username: "nelly",
  global_name: "Nelly the Elephant",
  discriminator: "0",
  avatar: "8342729096ea3675442027381ff50dfe",
  verified: true,
  email: "nelly@players.example",
};

const api = startHostileServer({
  [TOKEN]: () =>
    Response.json({
      access_token: "the-token",
      token_type: "Bearer",
      expires_in: 604_800,
      scope: "identify",
    }),
  [ME]: () => Response.json(NELLY),
});
beforeEach(() => api.behave());
afterAll(() => api.stop());

function discordAt(url: string, fetch = globalThis.fetch): IdentityProvider {
  const env = {
    DISCORD_CLIENT_ID: CLIENT_ID,
    DISCORD_CLIENT_SECRET: CLIENT_SECRET,
    DISCORD_URL: url,
    SERVER_PUBLIC_URL: "https://accounts.example",
  };
  return discord({ config: load({ env }), clock: systemClock, fetch }) as IdentityProvider;
}

const provider = discordAt(`${api.origin}/`);
const GRANT = {
  kind: "code",
  code: "NhhvTDYsFcdgNLnnLijcl7Ku7bEEeee",
  codeVerifier: "v".repeat(43),
  redirectUri: "http://127.0.0.1/callback",
} as const;
const verify = (changes: object = {}) => provider.verifyProof({ ...GRANT, ...changes });

/** What a sign-in is refused with: code, cause, setting. */
async function refused(attempt: Promise<unknown> = verify()) {
  const error = await attempt.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(error instanceof ApiError)) throw error;
  expect(Bun.inspect(error)).not.toMatch(/the-token|NhhvTDY|vvvvv|secret\+of/);
  return error;
}
const codeOf = async (attempt?: Promise<unknown>) => (await refused(attempt)).code;

describe("a code", () => {
  test("is exchanged with the client's secret, the verifier and the redirect, for the user behind it", async () => {
    const { loadProfile, ...identity } = await verify();
    expect(identity).toEqual({
      provider: "discord",
      subject: NELLY.id,
      email: NELLY.email,
      emailVerified: true,
    });
    expect(await loadProfile()).toEqual({
      name: NELLY.global_name,
      picture: `${api.origin}/avatars/${NELLY.id}/${NELLY.avatar}.png`,
    });
    const [exchange, me] = api.requests;
    expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
      grant_type: "authorization_code",
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      code: GRANT.code,
      code_verifier: GRANT.codeVerifier,
      redirect_uri: GRANT.redirectUri,
    });
    expect(me?.headers.get("authorization")).toBe("Bearer the-token");
    expect(api.requests).toHaveLength(2);
    for (const { url, headers } of api.requests) {
      expect(url).not.toContain("?");
      expect(headers.get("user-agent")).toMatch(
        /^DiscordBot \(https:\/\/accounts\.example, \d+\.\d+\.\d+\)$/,
      );
    }
  });

  test("of an Activity has no redirect, and the exchange none either", async () => {
    await verify({ redirectUri: null });
    expect(new URLSearchParams(api.asked(TOKEN)[0]?.body).has("redirect_uri")).toBe(false);
  });
});

describe("Discord refuses", () => {
  test.each(["code", "code_verifier", "redirect_uri"])("the code, for its %s", async (parameter) => {
    const error_description = `Invalid "${parameter}" in request.`;
    api.misbehave(TOKEN, () => Response.json({ error: "invalid_grant", error_description }, { status: 400 }));
    expect(await codeOf()).toBe("provider_token_invalid");
    expect(api.asked(ME)).toEqual([]);
  });

  test("a form that it cannot read", async () => {
    api.misbehave(TOKEN, () => Response.json({ code: ["Must be shorter."] }, { status: 400 }));
    expect(await codeOf()).toBe("provider_token_invalid");
  });

  test.each([400, 401])("this server, with a %i: 503, and the log names the setting", async (status) => {
    api.misbehave(TOKEN, () => Response.json({ error: "invalid_client" }, { status }));
    const { code, cause, setting } = await refused();
    expect([code, cause, setting]).toEqual([
      "provider_unavailable_now",
      "invalid_client",
      "DISCORD_CLIENT_SECRET",
    ]);
  });

  test("the token, which lacks the scope identify or was revoked", async () => {
    api.misbehave(ME, () => Response.json({ message: "401: Unauthorized", code: 0 }, { status: 401 }));
    expect(await codeOf()).toBe("provider_token_invalid");
  });
});

describe.each([TOKEN, ME] as const)("S13 %s is answered with", (path) => {
  test.each(BROKEN)("%s: 503, asked once", async (_what, answer) => {
    api.misbehave(path, answer);
    expect(await codeOf()).toBe("provider_unavailable_now");
    expect(api.asked(path)).toHaveLength(1);
    expect(api.requests.some((request) => request.path === "/elsewhere")).toBe(false);
  });
});

test("S13 a Discord that does not answer, or is not there: 503 within its deadline", async () => {
  api.misbehave(TOKEN, SILENT);
  const started = performance.now();
  expect(await codeOf(discordAt("http://127.0.0.1:1").verifyProof(GRANT))).toBe("provider_unavailable_now");
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(await codeOf()).toBe("provider_unavailable_now");
  expect(performance.now() - started).toBeWithin(4_900, 8_000);
}, 15_000);

test.each([null, {}, 7, "two words", "line\nbreak"])("%j as an access token goes nowhere", async (token) => {
  api.misbehave(TOKEN, () => Response.json({ access_token: token, token_type: "Bearer" }));
  expect(await codeOf()).toBe("provider_unavailable_now");
  expect(api.asked(ME)).toEqual([]);
});

describe("the user", () => {
  const user = (changes: object) => {
    api.misbehave(ME, () => Response.json({ ...NELLY, ...changes }));
    return verify();
  };

  test.each([undefined, null, "", 80351110224678912, "nelly", "8e1", " 8", "8".repeat(256)])(
    "whose id is %p is nobody",
    async (id) => expect(await codeOf(user({ id }))).toBe("provider_unavailable_now"),
  );

  test.each([false, undefined, null, 1])("has an unverified email while verified is %p", async (verified) => {
    expect(await user({ verified })).toMatchObject({ email: NELLY.email, emailVerified: false });
  });

  test("may have no email", async () => {
    expect((await user({ email: null })).email).toBeNull();
  });

  test("is called by the username where there is no display name", async () => {
    for (const global_name of [null, ""])
      expect((await (await user({ global_name })).loadProfile()).name).toBe("nelly");
  });

  test.each([null, undefined, "", "../../evil", "a/b", "a?b", 7])(
    "has no picture by the hash %p",
    async (avatar) => {
      expect((await (await user({ avatar })).loadProfile()).picture).toBeNull();
    },
  );
});

test("pictures are those of Discord's own network where it is Discord", async () => {
  const answers = [Response.json({ access_token: "the-token" }), Response.json(NELLY)];
  const real = discordAt("https://discord.com", (async () => answers.shift()) as unknown as typeof fetch);
  const { loadProfile } = await real.verifyProof(GRANT);
  expect((await loadProfile()).picture).toBe(
    `https://cdn.discordapp.com/avatars/${NELLY.id}/${NELLY.avatar}.png`,
  );
});

test("players are sent to Discord's page with PKCE, and see who they are there", async () => {
  const page = new URL(
    (await provider.page?.authorizationUrl({
      redirectUri: "https://accounts.example/auth/discord/callback",
      state: "the state",
      codeChallenge: "c".repeat(43),
      nonce: "unused",
    })) ?? "",
  );
  expect(page.origin + page.pathname).toBe(`${api.origin}/oauth2/authorize`);
  expect(Object.fromEntries(page.searchParams)).toEqual({
    client_id: CLIENT_ID,
    redirect_uri: "https://accounts.example/auth/discord/callback",
    response_type: "code",
    scope: "identify email",
    state: "the state",
    code_challenge: "c".repeat(43),
    code_challenge_method: "S256",
    prompt: "consent",
  });
});
