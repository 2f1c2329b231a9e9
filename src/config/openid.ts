import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type OpenIdIssuer = Readonly<{
  /** The provider's id on the wire and in `identities`. */
  id: string;
  /** As the issuer itself writes it: compared whole. */
  issuer: string;
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** What people call it. */
  name: string;
  scope: string;
}>;

export type OpenIdConfig = Readonly<{
  /** True in development when none is set: the stand-in on loopback plays an issuer with the id `openid`. */
  local: boolean;
  issuers: readonly OpenIdIssuer[];
}>;

/** @param local whether stand-ins play the providers that nothing is set for */
export function openIdSection(
  settings: Settings,
  { production, local }: { production: boolean; local: boolean },
  problems: Problems,
): OpenIdConfig {
  const given = settings["openid.issuers"];
  const secrets = readSecrets(settings.OPENID_CLIENT_SECRETS ?? "", problems);
  for (const id of secrets.keys())
    if (!given.some((issuer) => issuer.id === id))
      problems.add(`OPENID_CLIENT_SECRETS: has a secret for ${id}, which openid.issuers does not name`);
  if (given.length === 0 && local) return { local: true, issuers: [LOCAL_ISSUER] };
  if (production) for (const { issuer } of given) problems.addIfLoopback("openid.issuers", issuer);
  return {
    local: false,
    issuers: given.map(({ id, issuer, client_id, name = id, scope }) => ({
      id,
      issuer,
      clientId: client_id,
      clientSecret: secrets.get(id) ?? null,
      name,
      scope,
    })),
  };
}

export const LOCAL_OPENID_CLIENT = { clientId: "local-game", clientSecret: "local-game-secret" };

/** The stand-in, which says where it is once it listens. */
const LOCAL_ISSUER: OpenIdIssuer = {
  id: "openid",
  issuer: "http://localhost/openid",
  ...LOCAL_OPENID_CLIENT,
  name: "OpenID",
  scope: "openid profile email",
};

/** A secret may have `=` of its own. No problem tells any of it. */
function readSecrets(text: string, problems: Problems): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [index, pair] of text.split(/\s+/).filter(Boolean).entries()) {
    const [, id, secret] = /^([a-z0-9_-]{1,64})=(.+)$/.exec(pair) ?? [];
    if (id === undefined || secret === undefined)
      problems.add(`OPENID_CLIENT_SECRETS: pair ${index + 1} must be id=secret`);
    else if (secrets.has(id)) problems.add(`OPENID_CLIENT_SECRETS: has two secrets for ${id}`);
    else secrets.set(id, secret);
  }
  return secrets;
}
