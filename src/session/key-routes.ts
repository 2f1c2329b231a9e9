import { Elysia, t } from "elysia";
import type { KeyRing } from "./keys";

const jwk = t.Object(
  { kty: t.String(), kid: t.String(), alg: t.String(), use: t.Literal("sig") },
  { additionalProperties: true },
);

/** The public keys that verify our access tokens (RFC 7517 §5); empty while a shared secret signs. */
export function keyRoutes(ring: KeyRing) {
  const keys = ring.flatMap(({ publicJwk }) => publicJwk ?? []);
  return new Elysia({ name: "keys", tags: ["Keys"] }).get(
    "/.well-known/jwks.json",
    ({ set }) => {
      set.headers["cache-control"] = "public, max-age=300";
      return { keys } as { keys: (typeof jwk.static)[] };
    },
    {
      response: { 200: t.Object({ keys: t.Array(jwk) }) },
      detail: { summary: "The public keys of our access tokens" },
    },
  );
}
