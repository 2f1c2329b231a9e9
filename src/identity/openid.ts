import type { OpenIdIssuer } from "../config/config";
import { lazy } from "../lazy";
import type { IdentityProvider, ProviderFactory, ProviderWorld } from "./provider";
import { refusal } from "./refusals";

/** The OpenID Connect issuers of `config.yml`. Their library loads with the first sign-in. */
export const openid: ProviderFactory = (world) =>
  world.config.openid.issuers.map((issuer) => openIdProvider(issuer, world));

function openIdProvider(settings: OpenIdIssuer, { clock, fetch }: ProviderWorld): IdentityProvider {
  const { id, name } = settings;
  const client = lazy(async () =>
    (await import("./openid-client")).createOpenIdClient(settings, clock, fetch),
  );
  return {
    id,
    name,
    proofs: { id_token: [], code: ["code_verifier", "redirect_uri"] },
    async verifyProof(proof) {
      const { idToken, code } = await client();
      switch (proof.kind) {
        case "id_token":
          return idToken(proof.token, proof.nonce);
        case "code":
          return code(proof);
        default:
          throw refusal(id, "token_invalid");
      }
    },
    page: {
      authorizationUrl: async (parameters) => (await client()).authorizationUrl(parameters),
      codeIn: async (answer) => (await client()).codeIn(answer),
      exchangeCode: async (grant) => (await client()).code(grant),
    },
  };
}
