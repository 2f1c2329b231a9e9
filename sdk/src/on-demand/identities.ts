import type { AccountError } from "../errors.ts";
import { type Identity, parseIdentities } from "../identity.ts";
import type { UserInfo } from "../user.ts";
import { changeUser } from "./change-user.ts";
import type { Host } from "./host.ts";

export async function identities({ request }: Host): Promise<Identity[]> {
  return parseIdentities(await request("GET", "/api/identities"));
}

/** Whose answer was lost is asked again, and then there is nothing any more to take away. */
export async function unlink(host: Host, provider: string): Promise<UserInfo> {
  const { request, refresher } = host;
  const { providers } = refresher.required().user;
  try {
    await request("DELETE", `/api/identities/${encodeURIComponent(provider)}`);
  } catch (error) {
    const isGone = (error as AccountError).code === "not_found" && providers.includes(provider);
    if (!isGone) throw error;
  }
  return changeUser(host, "GET", "/api/me");
}
