import type { Config } from "../config/config";

/** Ids of the providers of every server of this kind, in the order of `src/identity/providers.ts`. */
const EVERYWHERE = ["google", "google_play", "steam", "discord", "apple"] as const;

export type ProvidersHere = {
  /** With whom somebody could sign in here, were they set up. */
  known: string[];
  /** With whom somebody can. */
  setUp: string[];
};

export function providersHere({ googlePlay, steam, discord, apple, openid }: Config): ProvidersHere {
  const issuers = openid.issuers.map(({ id }) => id);
  const settings = { google: true, google_play: googlePlay, steam, discord, apple };
  return {
    known: [...EVERYWHERE, ...issuers],
    setUp: [...EVERYWHERE.filter((id) => settings[id]), ...issuers],
  };
}
