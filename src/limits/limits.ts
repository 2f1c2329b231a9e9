import { RateLimiterRes } from "rate-limiter-flexible";
import { ApiError } from "../errors";
import { addressBlock } from "../http/address";
import { type Counter, countInMemory, type LimitStore } from "./store";

/**
 * Points per window in seconds. Fifty players behind one address stay far below. What is not an honest mistake
 * counts by address; what succeeds counts by player or session, so that no stranger uses up somebody's limit.
 */
const WINDOWS = {
  /** Sign-ins of an address that were refused, and those under way. */
  refusedSignIn: { points: 200, duration: 300 },
  /** Sign-in pages opened from an address. */
  authorization: { points: 300, duration: 300 },
  /** Sessions opened by a player. */
  signIn: { points: 60, duration: 3_600 },
  /** Refreshes of a session. */
  refresh: { points: 100, duration: 60 },
  /** Changes of a profile. */
  profileChange: { points: 60, duration: 600 },
};

/**
 * Counted in this process alone, whatever the store: what must stay cheaper than the request it belongs to. A
 * session that refreshes as seldom as it should never reaches the shared store.
 */
const LOCAL_WINDOWS = {
  refresh: { points: 20, duration: 60 },
  /** Refresh tokens of an address that we never made. */
  forgedToken: { points: 300, duration: 60 },
  /** Lines that an address may write to login.log by being refused. */
  refusalLine: { points: 300, duration: 300 },
};

/** Each throws {@link ApiError} rate_limited with `Retry-After` while its window is used up. Never anything else. */
export type Limits = {
  /**
   * Runs a sign-in attempt. It counts against its address while it runs, and from then on if it was refused (4xx):
   * guessing is what is limited, at any parallelism.
   */
  signInAttempt<T>(ip: string, attempt: () => Promise<T>): Promise<T>;
  /** Counts a sign-in against the identity that has been verified. */
  signIn(provider: string, subject: string): Promise<void>;
  authorization(ip: string): Promise<void>;
  refresh(sessionId: string): Promise<void>;
  forgedToken(ip: string): Promise<void>;
  profileChange(userId: number): Promise<void>;
  /** Whether a refusal still goes to login.log, so that a flood cannot push everything else out of it. */
  worthLogging(ip: string): Promise<boolean>;
};

export const noLimits: Limits = {
  signInAttempt: (_ip, attempt) => attempt(),
  signIn: async () => {},
  authorization: async () => {},
  refresh: async () => {},
  forgedToken: async () => {},
  profileChange: async () => {},
  worthLogging: async () => true,
};

export function createLimits(store: LimitStore): Limits {
  const shared = (name: keyof typeof WINDOWS) => store.counter({ keyPrefix: name, ...WINDOWS[name] });
  const local = (name: keyof typeof LOCAL_WINDOWS) =>
    countInMemory({ keyPrefix: name, ...LOCAL_WINDOWS[name] });
  const refusedSignIns = shared("refusedSignIn");
  const authorizations = shared("authorization");
  const signIns = shared("signIn");
  const refreshes = shared("refresh");
  const profileChanges = shared("profileChange");
  const ownRefreshes = local("refresh");
  const forgedTokens = local("forgedToken");
  const refusalLines = local("refusalLine");

  return {
    async signInAttempt(ip, attempt) {
      const address = addressBlock(ip);
      await consume(refusedSignIns, address);
      let refused = false;
      try {
        return await attempt();
      } catch (error) {
        refused = error instanceof ApiError && error.status < 500;
        throw error;
      } finally {
        if (!refused) await refusedSignIns.reward(address);
      }
    },
    signIn: (provider, subject) => consume(signIns, `${provider}:${subject}`),
    authorization: (ip) => consume(authorizations, addressBlock(ip)),
    async refresh(sessionId) {
      if (!(await fits(ownRefreshes, sessionId))) await consume(refreshes, sessionId);
    },
    forgedToken: (ip) => consume(forgedTokens, addressBlock(ip)),
    profileChange: (userId) => consume(profileChanges, String(userId)),
    worthLogging: (ip) => fits(refusalLines, addressBlock(ip)),
  };
}

async function consume(counter: Counter, key: string): Promise<void> {
  try {
    await counter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new ApiError("rate_limited", { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1_000) || 1 });
  }
}

function fits(counter: Counter, key: string): Promise<boolean> {
  return counter.consume(key).then(
    () => true,
    () => false,
  );
}
