import type { AppleConfig, Config } from "../../src/config/config";
import { load } from "../config/support";
import { startHostileIssuer } from "./hostile-issuer";

export const SERVICES_ID = "example.studio.web";
export const BUNDLE_ID = "example.studio.game";
export const PATHS = { token: "/auth/token", keys: "/auth/keys" } as const;

/** An Apple whose answers a test decides. */
export function startHostileApple() {
  return startHostileIssuer({
    keysPath: PATHS.keys,
    claims: () => ({ iss: "https://appleid.apple.com", aud: SERVICES_ID, email_verified: "true" }),
    well: (issuer) => ({
      [PATHS.token]: async () =>
        Response.json({ access_token: "a", token_type: "Bearer", id_token: await issuer.idToken() }),
    }),
  });
}

/** A configuration that knows this Apple; its key is one that development makes up. */
export function withApple(config: Config, { origin }: { origin: string }): Config & { apple: AppleConfig } {
  const { apple } = load();
  if (!apple) throw new TypeError("development has no Apple");
  const settings = { local: false, url: origin, teamId: "TEAM567890", keyId: "KEY4567890" };
  return { ...config, apple: { ...apple, ...settings, clientIds: [SERVICES_ID, BUNDLE_ID] } };
}
