import { ApiError } from "../errors";
import { google } from "./google";
import type { IdentityProvider, ProviderFactory, ProviderWorld } from "./provider";

/** Every way in. */
const PROVIDERS: readonly ProviderFactory[] = [google];

/** The ways in of a running server. */
export type Providers = {
  /** @throws {ApiError} provider_unavailable */
  get(id: string): IdentityProvider;
};

/** @param factories beside those of this server, for tests */
export function createProviders(world: ProviderWorld, factories: readonly ProviderFactory[] = []): Providers {
  const providers = new Map(
    [...PROVIDERS, ...factories].map((create) => create(world)).map((provider) => [provider.id, provider]),
  );
  return {
    get(id) {
      const provider = providers.get(id);
      if (!provider) throw new ApiError("provider_unavailable");
      return provider;
    },
  };
}
