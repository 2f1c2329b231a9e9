import * as oauth from "oauth4webapi";
import { type RunningStandIns, startStandIns } from "../../../src/stand-ins/start";

export const CLIENT_ID = "kitchen";
export const CLIENT_SECRET = "kitchen secret: 100% & ü";
export const REDIRECT_URI = "http://127.0.0.1:5000/auth/openid/callback";
export const INSECURE = { [oauth.allowInsecureRequests]: true };
export const CLIENT: oauth.Client = { client_id: CLIENT_ID };

/** The local OpenID issuer over real HTTP, whose clock the test moves. The caller stops it. */
export function startOpenid() {
  const clock = {
    offsetSeconds: 0,
    now: () => new Date(Date.now() + clock.offsetSeconds * 1000),
  };
  const openid = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
  return { standIns: startStandIns({ port: 0, clock, openid }), clock };
}

/** What a relying party discovers. */
export async function discover(standIns: RunningStandIns): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(standIns.endpoints.openid.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
}

/** One sign-in of a relying party: what it keeps, and the address it sends the player to. */
export async function begin(
  server: oauth.AuthorizationServer,
  changes: Record<string, string | undefined> = {},
) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(server.authorization_endpoint ?? "");
  const parameters = {
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid email profile",
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return { url: url.href, verifier, state, nonce };
}

/** Where the picker's form redirects to. */
export async function pick(url: string, form: Record<string, string>): Promise<URL> {
  const body = new URLSearchParams(form);
  const response = await fetch(url, { method: "POST", body, redirect: "manual" });
  return new URL(response.headers.get("location") ?? "");
}

/** The token endpoint's answer to a picked player's code. */
export function exchange(
  server: oauth.AuthorizationServer,
  location: URL,
  { verifier, state }: { verifier: string; state: string },
  authentication = oauth.ClientSecretBasic(CLIENT_SECRET),
): Promise<Response> {
  const parameters = oauth.validateAuthResponse(server, CLIENT, location, state);
  return oauth.authorizationCodeGrantRequest(
    server,
    CLIENT,
    authentication,
    parameters,
    REDIRECT_URI,
    verifier,
    INSECURE,
  );
}
