import { ApiError } from "../errors";
import { apple } from "./apple";
import { discord } from "./discord";
import { google } from "./google";
import { googlePlay } from "./google-play";
import { openid } from "./openid";
import type { IdentityProvider, ProviderFactory, ProviderWorld, SignInPage } from "./provider";
import { steam } from "./steam";

/** Every way in. */
const PROVIDERS: readonly ProviderFactory[] = [google, googlePlay, steam, discord, apple, openid];

/** The ways in of a running server. */
export type Providers = {
  /** All of them, in the order in which a game may offer them. */
  list(): IdentityProvider[];
  /** @throws {ApiError} provider_unavailable */
  get(id: string): IdentityProvider;
  /**
   * One whose players sign in on a page.
   * @throws {ApiError} provider_unavailable
   */
  withPage(id: string): IdentityProvider & { page: SignInPage };
  /** Ids of those whose page signs players in, in the order of this server's ways in. */
  readonly signInPages: readonly string[];
  /** Whether the page of a provider adds a way in and signs nobody in. */
  onlyLinks(id: string): boolean;
};

/** @param factories beside those of this server, for tests */
export function createProviders(world: ProviderWorld, factories: readonly ProviderFactory[] = []): Providers {
  const providers = new Map(
    [...PROVIDERS, ...factories]
      .flatMap((create) => create(world))
      .map((provider) => [provider.id, provider]),
  );
  const get = (id: string) => {
    const provider = providers.get(id);
    if (!provider) throw new ApiError("provider_unavailable");
    return provider;
  };
  return {
    list: () => [...providers.values()],
    get,
    withPage(id) {
      const { page, ...provider } = get(id);
      if (!page) throw new ApiError("provider_unavailable");
      return { ...provider, page };
    },
    signInPages: [...providers.values()].filter(({ page }) => page && !page.linksOnly).map(({ id }) => id),
    onlyLinks: (id) => providers.get(id)?.page?.linksOnly === true,
  };
}
