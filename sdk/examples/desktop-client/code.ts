import { note } from "@clack/prompts";
import encodeQr from "qr";
import type { DeviceCode, OAuthManager } from "../../src/index.ts";

/** The code that the player is waited for with, if they are. */
export function codeOf(oauth: OAuthManager): DeviceCode | undefined {
  const status = oauth.getLoginStatus();
  return status.state === "in_progress" && status.userCode ? status : undefined;
}

/** Shows a code in the terminal, as a QR code too. */
export function showCode({
  userCode,
  verificationUrl,
  verificationUrlComplete,
  expiresAt,
}: DeviceCode): void {
  const lines = [
    encodeQr(verificationUrlComplete, "ascii", { border: 2 }).trimEnd(),
    "",
    `Or open  ${verificationUrl}`,
    `and enter  ${userCode}  until ${expiresAt.toLocaleTimeString()}`,
  ];
  note(lines.join("\n"), "Sign in with your phone", { format: (line) => line });
}
