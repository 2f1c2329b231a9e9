import type { Timepiece } from "../../clock";
import { type RunningStandIns, startStandIns } from "../start";
import type { LocalGoogleOptions } from "./stand-in";

export type RunningLocalGoogle = RunningStandIns & {
  /** From here on a new key signs; the one before it is published still, until the next call. */
  rotateKeys(): Promise<void>;
};

/** All stand-ins, for those who want the local Google alone. */
export function startLocalGoogle(
  options: LocalGoogleOptions & { clock: Timepiece; port: number },
): RunningLocalGoogle {
  const { clock, port, ...google } = options;
  const standIns = startStandIns({ clock, port, google });
  return { ...standIns, rotateKeys: () => standIns.rotateKeys("google") };
}
