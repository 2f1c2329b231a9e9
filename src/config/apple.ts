import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readPemFile, repairPem } from "./pem";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

export type AppleConfig = Readonly<{
  /** True in development when nothing is set: the stand-in on loopback plays Apple. */
  local: boolean;
  /** The Services ID first, which this server signs in with, then bundle ids of apps. */
  clientIds: readonly [string, ...string[]];
  teamId: string;
  keyId: string;
  /** PEM (PKCS #8) of the P-256 key that client secrets are signed with. */
  privateKey: string;
  /** Without a slash at the end. */
  url: string;
}>;

const REQUIRED = ["APPLE_CLIENT_ID", "APPLE_TEAM_ID", "APPLE_KEY_ID"] as const;

/**
 * @param place `local` says whether stand-ins play the providers that nothing is set for
 * @returns null when nobody can sign in with Apple
 */
export function appleSection(
  settings: Settings,
  place: { production: boolean; local: boolean; cwd: string },
  problems: Problems,
): AppleConfig | null {
  const { APPLE_CLIENT_ID: clientId = "", APPLE_TEAM_ID: teamId = "", APPLE_KEY_ID: keyId = "" } = settings;
  const { APPLE_PRIVATE_KEY: inline, APPLE_PRIVATE_KEY_FILE: file } = settings;
  const additional = settings["apple.additional_client_ids"];
  const url = settings.APPLE_URL.replace(/\/+$/, "");
  if (![clientId, teamId, keyId, inline, file].some(Boolean)) {
    if (place.local) return localApple(url, additional);
    if (additional.length > 0)
      problems.add("APPLE_CLIENT_ID: missing (apple.additional_client_ids needs it)");
    return null;
  }
  for (const name of REQUIRED) if (!settings[name]) problems.add(`${name}: missing`);
  if (inline && file)
    problems.add("APPLE_PRIVATE_KEY_FILE: is set beside APPLE_PRIVATE_KEY; set one of them");
  if (!inline && !file) problems.add("APPLE_PRIVATE_KEY: missing (or set APPLE_PRIVATE_KEY_FILE)");
  if (place.production) problems.addIfLoopback("APPLE_URL", url);
  const name = inline ? "APPLE_PRIVATE_KEY" : "APPLE_PRIVATE_KEY_FILE";
  const privateKey = inline ? repairPem(inline) : file && readPemFile(name, file, place.cwd, problems);
  if (privateKey && !isP256(privateKey))
    problems.add(`${name}: must be the P-256 key of Apple's .p8 file, in PEM (PKCS #8)`);
  return {
    local: false,
    clientIds: [clientId, ...additional],
    teamId,
    keyId,
    privateKey: privateKey ?? "",
    url,
  };
}

/** One for this process, and for the workers that it hands its configuration to. */
let localKey: string | undefined;

function localApple(url: string, additional: readonly string[]): AppleConfig {
  localKey ??= generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;
  return {
    local: true,
    clientIds: ["localhost.game.web", "localhost.game", ...additional],
    teamId: "LOCALTEAM0",
    keyId: "LOCALKEY00",
    privateKey: localKey,
    url,
  };
}

function isP256(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    const isPkcs8 = pem.includes("-----BEGIN PRIVATE KEY-----");
    return isPkcs8 && asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch {
    return false;
  }
}
