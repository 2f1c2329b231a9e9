/** What the player needs to sign this device in on another one (RFC 8628 §3.3). */
export interface DeviceCode {
  /** For the player to type, or to compare: `WDJB-MJHT`. */
  readonly userCode: string;
  /** Where the player types it. */
  readonly verificationUrl: string;
  /** The same with the code filled in, for a link. */
  readonly verificationUrlComplete: string;
  /**
   * `verificationUrlComplete` as a QR code, for an `<img>` as `data:image/svg+xml,${encodeURIComponent(qrSvg)}`, where
   * nothing in it can run. It comes a moment after the code, or not at all when it cannot be fetched.
   */
  readonly qrSvg?: string;
  /** By this device's clock. */
  readonly expiresAt: Date;
}
