/**
 * Where a player goes to sign a device in (RFC 8628 §3.2); with the code filled in, for a QR code or a link.
 * @param ownUrl where players reach this server
 */
export function verificationUri(ownUrl: string, userCode?: string): string {
  return userCode === undefined ? `${ownUrl}/device` : `${ownUrl}/device?user_code=${userCode}`;
}
