import { createHash, randomBytes } from "node:crypto";
import type { Config } from "../../src/config/config";
import { locationOf, pickAtGoogle, visit } from "./authorization";
import { freshAccount } from "./players";
import type { TestServer } from "./server";

/** The studio's own game, and a forum that is somebody else's. */
export const GAME = { client_id: "game", redirect_uri: "http://127.0.0.1:41007/callback" };
export const FORUM = { client_id: "forum", redirect_uri: "https://forum.example/callback" };

/** A configuration with both; the app's own scheme is the game's too. */
export function withClients(config: Config): Config {
  const clients = [
    {
      id: GAME.client_id,
      name: "Robotouille",
      redirectUris: ["http://127.0.0.1/callback", "com.studio.game:/cb"],
      firstParty: true,
      anyLoopback: false,
    },
    {
      id: FORUM.client_id,
      name: "The Forum",
      redirectUris: [FORUM.redirect_uri],
      firstParty: false,
      anyLoopback: false,
    },
  ];
  return { ...config, oauth: { clients } };
}

/** Where a test server's metadata say that it is. */
export function issuerOf({ origin }: Pick<TestServer, "origin">): string {
  return origin.replace("127.0.0.1", "localhost");
}

export type Pkce = { verifier: string; challenge: string };

export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** The address that a client opens in the player's browser; undefined takes a parameter away. */
export function authorizeUrl(
  server: Pick<TestServer, "origin">,
  { challenge }: Pick<Pkce, "challenge">,
  changes: Record<string, string | undefined> = {},
): string {
  const url = new URL("/oauth/authorize", issuerOf(server));
  const query = {
    ...GAME,
    response_type: "code",
    code_challenge: challenge,
    code_challenge_method: "S256",
    state: "the client's own",
    scope: "openid profile email",
    ...changes,
  };
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** What the player's browser does: picks an account at Google, and says what our page asks. */
export async function signInAt(
  url: string | URL,
  account = freshAccount(),
  decision: "allow" | "deny" = "allow",
): Promise<URL> {
  return afterConsent(await answerOfSignIn(url, account), decision);
}

/** The last answer of ours after the player has picked an account: back to the client, or the page that asks. */
export async function answerOfSignIn(url: string | URL, account = freshAccount()): Promise<Response> {
  const back = await locationOf(await pickAtGoogle(await locationOf(url), account));
  return visit(back);
}

export async function afterConsent(answer: Response, decision: "allow" | "deny"): Promise<URL> {
  const location = answer.headers.get("location");
  if (location) return new URL(location);
  return new URL((await decide(answer, decision)).headers.get("location") ?? "about:blank");
}

/** Presses a button of the page that asks for consent. */
export async function decide(page: Response, decision: "allow" | "deny"): Promise<Response> {
  const [, ticket = ""] = /name="ticket" value="([^"]+)"/.exec(await page.text()) ?? [];
  const action = new URL("consent", page.url);
  return visit(action, { method: "POST", body: new URLSearchParams({ ticket, decision }) });
}

export type OAuthAnswer = {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & {
    access_token: string;
    refresh_token: string;
    id_token?: string;
    scope?: string;
    error?: string;
    error_description?: string;
    active?: boolean;
  };
};

/** POSTs a form to an OAuth endpoint. */
export async function postForm(
  server: Pick<TestServer, "origin">,
  path: string,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<OAuthAnswer> {
  const response = await fetch(server.origin + path, {
    method: "POST",
    body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} };
}

/** From the first request to the tokens. */
export async function tokensOf(
  server: TestServer,
  changes: Record<string, string | undefined> = {},
  account?: string,
): Promise<OAuthAnswer["body"]> {
  const pkce = newPkce();
  const answer = await signInAt(authorizeUrl(server, pkce, changes), account);
  const code = answer.searchParams.get("code");
  if (!code) throw new Error(`no code: ${answer.searchParams.get("error")}`);
  const { redirect_uri = GAME.redirect_uri, client_id = GAME.client_id } = changes;
  const reply = await postForm(server, "/oauth/token", {
    grant_type: "authorization_code",
    code,
    code_verifier: pkce.verifier,
    redirect_uri,
    client_id,
  });
  if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
}
