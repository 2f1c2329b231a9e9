import { Elysia, t } from "elysia";
import { errorResponses } from "../http/model";
import type { SigningKeys } from "../signing-keys/signing-keys";
import type { KeyRing } from "./keys";

const jwk = t.Object(
  { kty: t.String(), kid: t.String(), alg: t.String(), use: t.Literal("sig") },
  { additionalProperties: true, title: "JsonWebKey" },
);

const jwks = t.Object({ keys: t.Array(jwk) }, { title: "JsonWebKeySet" });

export type KeyRouteDeps = { keyRing: KeyRing; idTokenKeys: Pick<SigningKeys, "publicJwks"> };

/** The public keys that verify our tokens (RFC 7517 §5): of id tokens, and of access tokens unless a shared secret signs them. */
export function keyRoutes({ keyRing, idTokenKeys }: KeyRouteDeps) {
  const ofAccessTokens = keyRing.flatMap(({ publicJwk }) => publicJwk ?? []);
  return new Elysia({ name: "keys", tags: ["Keys"] }).get(
    "/.well-known/jwks.json",
    async ({ set }) => {
      const keys = [...ofAccessTokens, ...(await idTokenKeys.publicJwks())];
      set.headers["cache-control"] = "public, max-age=300";
      return { keys } as { keys: (typeof jwk.static)[] };
    },
    {
      response: { 200: jwks, ...errorResponses("database_unavailable") },
      detail: {
        operationId: "getJwks",
        summary: "The public keys of our access tokens and id tokens",
        description:
          "A JWK set (RFC 7517 §5). Access tokens have keys in it unless a shared secret signs them.",
      },
    },
  );
}
