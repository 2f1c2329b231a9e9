/** A device on which the player is signed in. */
export interface SignedInDevice {
  /** For `signOutDevice()`. */
  readonly id: string;
  /** What the game called the device when it signed in, or null. */
  readonly device: string | null;
  /** The address that it was last used from, or null. */
  readonly ip: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** Whether it is this one. */
  readonly current: boolean;
}

interface DeviceAnswer extends Omit<SignedInDevice, "createdAt" | "lastUsedAt"> {
  readonly created_at: string;
  readonly last_used_at: string;
}

/** The devices in the answer of `GET /api/sessions`, without unknown fields. */
export function parseDevices(answer: Record<string, unknown>): SignedInDevice[] {
  return ((answer.sessions ?? []) as DeviceAnswer[]).map(
    ({ id, device = null, ip = null, created_at, last_used_at, current }) => ({
      id,
      device,
      ip,
      createdAt: new Date(created_at),
      lastUsedAt: new Date(last_used_at),
      current,
    }),
  );
}
