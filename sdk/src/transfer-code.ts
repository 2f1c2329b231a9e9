/** What the player types in on a new device to go on there. */
export interface TransferCode {
  /** `XXXX-XXXX-XXXX`. Serves once. */
  readonly code: string;
  /** A day later, by this device's clock. */
  readonly expiresAt: Date;
}
