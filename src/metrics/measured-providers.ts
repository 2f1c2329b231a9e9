import { ApiError } from "../errors";
import type { IdentityProvider, SignInPage } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { Metrics } from "./metrics";

/** Ways in whose answers are timed. */
export function measuredProviders(providers: Providers, metrics: Metrics): Providers {
  const measure = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const observe = (outcome: "ok" | "refused" | "failed") =>
      metrics.provider(id, outcome, (performance.now() - began) / 1_000);
    try {
      const result = await work();
      observe("ok");
      return result;
    } catch (error) {
      observe(error instanceof ApiError && error.status < 500 ? "refused" : "failed");
      throw error;
    }
  };
  const measuredPage = (id: string, page: SignInPage): SignInPage => ({
    ...page,
    exchangeCode: (grant) => measure(id, () => page.exchangeCode(grant)),
  });
  const measured = (provider: IdentityProvider): IdentityProvider => ({
    ...provider,
    verifyProof: (proof) => measure(provider.id, () => provider.verifyProof(proof)),
    ...(provider.page ? { page: measuredPage(provider.id, provider.page) } : {}),
  });
  return {
    ...providers,
    get: (id) => measured(providers.get(id)),
    withPage(id) {
      const { page, ...provider } = providers.withPage(id);
      return { ...measured(provider), page: measuredPage(id, page) };
    },
  };
}
