import { localApple } from "./apple/stand-in";
import { localDiscord } from "./discord/stand-in";
import { localGoogle } from "./google/stand-in";
import { localGooglePlay } from "./google-play/stand-in";
import { localOpenid } from "./openid/stand-in";
import { localSteam } from "./steam/stand-in";

/** Every stand-in, by the name that orders and `POST /local/tokens` have for it. */
export const STAND_INS = {
  google: localGoogle,
  openid: localOpenid,
  steam: localSteam,
  google_play: localGooglePlay,
  discord: localDiscord,
  apple: localApple,
};

export type ProviderName = keyof typeof STAND_INS;

export const PROVIDER_NAMES = Object.keys(STAND_INS) as ProviderName[];

/** Settings of each stand-in; all of them work without any. */
export type StandInOptions = {
  [Name in ProviderName]?: Parameters<(typeof STAND_INS)[Name]["create"]>[1];
};

/** Addresses of each stand-in. */
export type StandInUrls = { [Name in ProviderName]: ReturnType<(typeof STAND_INS)[Name]["urls"]> };
