import type { FetchLike, Http } from "../http.ts";
import type { Session } from "../session.ts";
import { rejection } from "../sign-in/flow.ts";
import { createProof, keyNamedIn, thumbprintOf } from "./dpop-proof.ts";

/** Nonces are good for longer; one that is too old costs a request. */
const NONCE_LIFE_MS = 120_000;
/** A sign-in does not wait longer for a storage that hangs. */
const KEY_WAIT_MS = 3_000;
/** What a server answers that takes no proof, in its own words or in OAuth's (RFC 9449 §5, §8). */
const NOT_TAKEN = /^(invalid_dpop_proof|use_dpop_nonce)$/;

type Given = [input: Request | URL | string, init?: RequestInit];

/**
 * fetch with a proof of this device's key (RFC 9449): of a bound `session`, or at a sign-in, which goes on without one where
 * a proof cannot be made or is not taken. A device whose clock is off is asked for the server's nonce, and answers with it.
 */
export async function fetchWithProof(
  http: Http,
  session: Session | undefined,
  ...given: Given
): Promise<Response> {
  return session ? fetchAs(http, session, given) : signIn(http, given);
}

async function fetchAs(http: Http, { accessToken }: Session, given: Given): Promise<Response> {
  const [input, init] = given;
  const signal = init?.signal ?? (input as Request).signal;
  const keyPair = await Promise.race([keyPairOf(http), rejection(signal)]);
  const bound = keyNamedIn(accessToken);
  if (bound && bound !== (await thumbprintOf(keyPair))) return keyIsLost();
  return fetchProven(http, keyPair, bound && accessToken, given);
}

async function signIn(http: Http, given: Given): Promise<Response> {
  const keyPair = await promptKeyPair(http).catch(() => undefined);
  if (!keyPair) return http.fetch(...given);
  const [response, failure] = await fetchProven(http, keyPair, undefined, given).then(
    (response) => [response] as const,
    (failure: unknown) => [undefined, failure] as const,
  );
  if (response && !(await isRefused(response, NOT_TAKEN))) return response;
  // A page may not send the proof to a server of an earlier release; there fetch says no more than without a network.
  if (!response && (!globalThis.document || given[1]?.signal?.aborted)) throw failure;
  const unbound = await http.fetch(...given);
  // The answer to the proof was lost, and the session that it opened is bound.
  if (!response && (await isRefused(unbound, /^invalid_dpop_proof$/))) throw failure;
  if (response) await warnOfRefusal(http, response);
  return unbound;
}

/**
 * The fetch of a sign-in that asks again and again until it has its answer: with a proof each time, or once one was not
 * taken, without. A request that fails is not sent again.
 */
export async function fetchForPolls(http: Http): Promise<FetchLike> {
  let keyPair = await promptKeyPair(http).catch(() => undefined);
  return async (...given: Given) => {
    if (!keyPair) return http.fetch(...given);
    const response = await fetchProven(http, keyPair, undefined, given);
    if (!(await isRefused(response, NOT_TAKEN))) return response;
    keyPair = undefined;
    await warnOfRefusal(http, response);
    return http.fetch(...given);
  };
}

async function warnOfRefusal({ warn }: Http, response: Response): Promise<void> {
  warn("The server took no proof of this device's key.", await response.json());
}

/** Once more with the server's nonce, when it asks for that (RFC 9449 §8). */
async function fetchProven(
  http: Http,
  keyPair: CryptoKeyPair,
  accessToken: string | undefined,
  given: Given,
): Promise<Response> {
  const send = async () => {
    const [input, init] = given;
    const { clock, nonce } = http;
    const isYoung = nonce && clock.monotonic() - nonce.atMs < NONCE_LIFE_MS;
    const dpop = await createProof(keyPair, {
      method: init?.method ?? (input as Request).method,
      url: init ? String(input) : (input as Request).url,
      accessToken,
      nonce: isYoung ? nonce.value : undefined,
      issuedAt: Math.floor(clock.now() / 1000),
    });
    const response = await (init
      ? http.fetch(input, { ...init, headers: { ...(init.headers as object), dpop } })
      : http.fetch(withProof(input as Request, dpop, accessToken)));
    const value = response.headers.get("dpop-nonce");
    if (value) http.nonce = { value, atMs: clock.monotonic() };
    return response;
  };
  const response = await send();
  return (await isRefused(response, /^use_dpop_nonce$/)) ? send() : response;
}

/** A bound token has a scheme of its own (RFC 9449 §7.1). */
function withProof(given: Request, dpop: string, accessToken: string | undefined): Request {
  const request = new Request(given.clone());
  request.headers.set("dpop", dpop);
  if (accessToken) request.headers.set("authorization", `DPoP ${accessToken}`);
  return request;
}

async function isRefused(response: Response, code: RegExp): Promise<boolean> {
  if (response.status !== 400 && response.status !== 401) return false;
  const answer = await response
    .clone()
    .json()
    .catch(() => null);
  return code.test(answer?.code ?? answer?.error);
}

/** What the server would say to another key, in the words for a session that has ended. */
function keyIsLost(): Response {
  const answer = { status: "error", code: "invalid_grant", message: "The key of this device is gone." };
  return new Response(JSON.stringify(answer), { status: 401 });
}

async function keyPairOf({ keyPair }: Http): Promise<CryptoKeyPair> {
  if (!keyPair) throw new Error("The storage has no key for a session that is bound to one.");
  return keyPair();
}

async function promptKeyPair(http: Http): Promise<CryptoKeyPair> {
  const { clock } = http;
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => reject(new Error("The key is late.")), KEY_WAIT_MS);
  });
  return Promise.race([keyPairOf(http), late]).finally(() => clock.clearTimeout(timer));
}
