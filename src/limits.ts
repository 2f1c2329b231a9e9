import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "./errors";
import { addressBlock } from "./http/address";

/** Points per window. Wide enough for fifty players behind one address. */
const LOGINS_PER_ADDRESS = { points: 300, duration: 300 };
const REFRESHES_PER_ADDRESS = { points: 1_200, duration: 60 };
const RENAMES_PER_USER = { points: 20, duration: 600 };

/** Each throws {@link ApiError} rate_limited with `Retry-After` once its window is used up. */
export type Limits = {
  login(ip: string): Promise<void>;
  refresh(ip: string): Promise<void>;
  rename(userId: number): Promise<void>;
};

export function createLimits(enabled: boolean): Limits {
  if (!enabled) return { login: async () => {}, refresh: async () => {}, rename: async () => {} };
  const logins = new RateLimiterMemory({ keyPrefix: "login", ...LOGINS_PER_ADDRESS });
  const refreshes = new RateLimiterMemory({ keyPrefix: "refresh", ...REFRESHES_PER_ADDRESS });
  const renames = new RateLimiterMemory({ keyPrefix: "rename", ...RENAMES_PER_USER });
  return {
    login: (ip) => consume(logins, addressBlock(ip)),
    refresh: (ip) => consume(refreshes, addressBlock(ip)),
    rename: (userId) => consume(renames, String(userId)),
  };
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new ApiError("rate_limited", { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1_000) || 1 });
  }
}
