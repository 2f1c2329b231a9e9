import { lazy } from "../lazy";
import type { createGoogleVerifier, GoogleVerifier } from "./google-verifier";

/** A {@link GoogleVerifier} that loads Google's libraries with its first sign-in; the start is faster without them. */
export function createLazyGoogleVerifier(...world: Parameters<typeof createGoogleVerifier>): GoogleVerifier {
  const verifier = lazy(async () => (await import("./google-verifier")).createGoogleVerifier(...world));
  return {
    accessToken: async (token) => (await verifier()).accessToken(token),
    idToken: async (token, nonce) => (await verifier()).idToken(token, nonce),
    code: async (grant) => (await verifier()).code(grant),
  };
}
