import { type Provider, parseProviders } from "../provider.ts";
import type { Host } from "./host.ts";

/** Nobody needs to be signed in. */
export async function providers({ http }: Host): Promise<Provider[]> {
  return parseProviders(await http.request("GET", "/api/providers"));
}
