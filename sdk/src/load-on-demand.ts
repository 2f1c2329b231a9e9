import { AccountError } from "./errors.ts";

export type OnDemand = typeof import("./on-demand/index.ts");

/**
 * What is seldom needed: a file of its own in the package's browser entry, beside it.
 *
 * @throws AccountError `network_error`
 */
export function loadOnDemand(): Promise<OnDemand> {
  return import("./on-demand/index.ts").catch((cause) => {
    throw new AccountError("network_error", "Part of the SDK cannot load.", { cause });
  });
}
