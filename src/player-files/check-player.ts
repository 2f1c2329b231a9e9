import { PROVIDER_ID } from "../identity/provider";
import { isSteamId, STEAM } from "../identity/steam-id";
import { type FileIdentity, type FilePlayer, RefusedRecord } from "./player";

const PROVIDER = new RegExp(PROVIDER_ID);

/** What an id of a provider's has to be where more is known of it. */
const SUBJECTS: Readonly<Record<string, (subject: string) => boolean>> = {
  [STEAM]: isSteamId,
  discord: (subject) => /^\d{1,20}$/.test(subject),
};

/** @throws {RefusedRecord} bad_identity for a way in that none can be */
export function checkPlayer({ identities }: FilePlayer): void {
  if (!identities.every(isIdentity)) throw new RefusedRecord("bad_identity");
}

function isIdentity({ provider, subject }: FileIdentity): boolean {
  if (!PROVIDER.test(provider) || subject.length === 0 || subject.length > 255) return false;
  if (/\p{Cc}/u.test(subject)) return false;
  return SUBJECTS[provider]?.(subject) ?? true;
}
