import { RateLimiterRes } from "rate-limiter-flexible";
import type { GuestsConfig } from "../config/config";
import { ApiError } from "../errors";
import { addressBlocks } from "../http/address";
import { createTurns } from "../turns";
import { createRefusalLimit, NETWORK_SHARES } from "./refusals";
import { type Counter, countInMemory, type LimitStore } from "./store";

/**
 * Points per window in seconds. Fifty players behind one address stay far below. What is refused counts by address;
 * what succeeds counts by player or session, so that no stranger uses up somebody's limit.
 */
const WINDOWS = {
  /** Sign-ins of an address that were refused; of its /56 and /48 four and sixteen times as many. */
  refusedSignIn: { points: 200, duration: 300 },
  /** Sessions opened by a player. */
  signIn: { points: 60, duration: 3_600 },
  /** Refreshes of a session. */
  refresh: { points: 100, duration: 60 },
  /** Times that the token before the last of a session is taken once more, after one rotation. */
  repeatedRefresh: { points: 100, duration: 3_600 },
  /** The same from another network than the rotation's: a player who changes it, or a thief. */
  repeatedRefreshElsewhere: { points: 3, duration: 3_600 },
  /** Tokens of a bound session older than the one before the last, with its key's proof. */
  staleToken: { points: 10, duration: 86_400 },
  /** Proofs of a session whose clock is ahead, of which it is remembered that they were sent. */
  earlyProof: { points: 60, duration: 3_600 },
  /** Changes of a profile, and of a player's ways in. */
  profileChange: { points: 60, duration: 600 },
  /** What one of the studio's people does to players: a stolen session does not ban everybody. */
  staffAction: { points: 120, duration: 600 },
  /** Codes for a new device, by player and by address. */
  transferCode: { points: 10, duration: 3_600 },
  transferCodeByAddress: { points: 200, duration: 3_600 },
  /** Tickets of a player for game servers. */
  joinTicket: { points: 60, duration: 600 },
  /** Devices of an address that ask to be signed in by a code. */
  deviceCode: { points: 200, duration: 3_600 },
  /** Codes of such devices that an address tried and that were none. */
  wrongUserCode: { points: 5, duration: 3_600 },
};

/**
 * Counted in this process alone, whatever the store, because counting must cost less than the request itself. A
 * session that refreshes as seldom as it should never reaches the shared store.
 */
const LOCAL_WINDOWS = {
  refresh: { points: 20, duration: 60 },
  /** Refresh tokens of an address that we never made, or whose key this server lacks. */
  forgedToken: { points: 300, duration: 60 },
  /** Requests of an address for public profiles and top lists. */
  lookUp: { points: 600, duration: 60 },
  /** Lines that an address may write to login.log by being refused. */
  refusalLine: { points: 300, duration: 300 },
};

/** How many times an address's points everybody has together. */
const OVER_ALL_SHARE = 10;

/** Devices of everybody together: the more wait, the likelier is a guess. */
const DEVICE_CODES_OVER_ALL = 20_000;

type NewGuests = Pick<GuestsConfig, "newPerAddressPerHour" | "newPerHour">;

const HOUR = 3_600;

/** Each throws {@link ApiError} rate_limited with `Retry-After` while its window is used up. Never anything else. */
export type Limits = {
  /**
   * Runs a sign-in attempt. It counts against its address if it was refused (4xx). From an address that was refused too
   * often, attempts run one after the other.
   */
  signInAttempt<T>(ip: string, attempt: () => Promise<T>): Promise<T>;
  /** Counts a sign-in against the identity that has been verified. */
  signIn(provider: string, subject: string): Promise<void>;
  refresh(sessionId: string): Promise<void>;
  /** @param elsewhere whether the rotation came from another network */
  repeatedRefresh(sessionId: string, generation: number, elsewhere: boolean): Promise<void>;
  forgedToken(ip: string): Promise<void>;
  /** Counts a token of a bound session that is older than its key has reason to send. @returns false for one too many */
  staleToken(sessionId: string): Promise<boolean>;
  /** Counts a proof that is remembered before its time has come. @returns false for one too many */
  earlyProof(sessionId: string): Promise<boolean>;
  profileChange(userId: number): Promise<void>;
  /** Counts what one of the studio's people does to a player. */
  staffAction(staffId: number): Promise<void>;
  /** Counts a code for a new device. */
  transferCode(userId: number, ip: string): Promise<void>;
  /** Counts a ticket for a game server. */
  joinTicket(userId: number): Promise<void>;
  /** Counts a request for public profiles or a top list. */
  lookUp(ip: string): Promise<void>;
  /** Counts a device that asks to be signed in by a code. */
  deviceCode(ip: string): Promise<void>;
  /**
   * Looks a user code up, one of an address at a time. It counts if there is nothing: five times an hour, and then the
   * address may look up nothing more.
   */
  userCodeAttempt<T>(ip: string, lookUp: () => Promise<T | null>): Promise<T | null>;
  /** Counts a guest who is new. */
  newGuest(ip: string): Promise<void>;
  /**
   * Whether a refusal still goes to login.log, so that a flood cannot push everything else out of it.
   * @returns how many were left out before it; null when this one is left out as well
   */
  refusalLine(ip: string): Promise<number | null>;
};

export const noLimits: Limits = {
  signInAttempt: (_ip, attempt) => attempt(),
  signIn: async () => {},
  refresh: async () => {},
  repeatedRefresh: async () => {},
  forgedToken: async () => {},
  staleToken: async () => true,
  earlyProof: async () => true,
  profileChange: async () => {},
  staffAction: async () => {},
  transferCode: async () => {},
  joinTicket: async () => {},
  lookUp: async () => {},
  deviceCode: async () => {},
  userCodeAttempt: (_ip, lookUp) => lookUp(),
  newGuest: async () => {},
  refusalLine: async () => 0,
};

/** @param guests how many may be new in an hour */
export function createLimits(store: LimitStore, guests: NewGuests): Limits {
  const shared = (name: keyof typeof WINDOWS) => store.counter({ keyPrefix: name, ...WINDOWS[name] });
  const local = (name: keyof typeof LOCAL_WINDOWS) =>
    countInMemory({ keyPrefix: name, ...LOCAL_WINDOWS[name] });
  const refusals = (name: "refusedSignIn" | "wrongUserCode") => {
    const { points, duration } = WINDOWS[name];
    return createRefusalLimit(
      name,
      points,
      (keyPrefix, most) => store.counter({ keyPrefix, points: most, duration }),
      (keyPrefix, most) => countInMemory({ keyPrefix, points: most, duration }),
    );
  };
  const refusedSignIns = refusals("refusedSignIn");
  const wrongUserCodes = refusals("wrongUserCode");
  const turnsOf = (maximumWaiting: number) =>
    createTurns({
      maximumWaiting,
      waitMs: 5_000,
      refused: () => new ApiError("rate_limited", { retryAfterSeconds: 5 }),
    });
  const turns = turnsOf(16);
  const userCodeTurns = turnsOf(100);
  const signIns = shared("signIn");
  const refreshes = shared("refresh");
  const repeatedRefreshes = shared("repeatedRefresh");
  const repeatedRefreshesElsewhere = shared("repeatedRefreshElsewhere");
  const staleTokens = shared("staleToken");
  const earlyProofs = shared("earlyProof");
  const profileChanges = shared("profileChange");
  const staffActions = shared("staffAction");
  const transferCodes = shared("transferCode");
  const transferCodesByAddress = shared("transferCodeByAddress");
  const joinTickets = shared("joinTicket");
  const ownRefreshes = local("refresh");
  const forgedTokens = localByNetwork("forgedToken");
  const lookUps = localByNetwork("lookUp");
  const refusalLines = localByNetwork("refusalLine");
  const newGuests = byNetwork(guests.newPerAddressPerHour, guests.newPerHour, (keyPrefix, points) =>
    store.counter({ keyPrefix: `newGuest${keyPrefix}`, points, duration: HOUR }),
  );
  const { points: deviceCodePoints, duration: deviceCodeDuration } = WINDOWS.deviceCode;
  const deviceCodes = byNetwork(deviceCodePoints, DEVICE_CODES_OVER_ALL, (keyPrefix, points) =>
    store.counter({ keyPrefix: `deviceCode${keyPrefix}`, points, duration: deviceCodeDuration }),
  );
  let leftOut = 0;

  return {
    async signInAttempt(ip, attempt) {
      const block = refusedSignIns.usedUp(ip);
      try {
        return await (block ? turns.run(block, attempt) : attempt());
      } catch (error) {
        const refused = error instanceof ApiError && error.status < 500 && error.code !== "rate_limited";
        if (refused) await refusedSignIns.count(ip);
        throw error;
      }
    },
    signIn: (provider, subject) => consumeOrRefuse(signIns, `${provider}:${subject}`),
    async refresh(sessionId) {
      if (!(await tryConsume(ownRefreshes, sessionId))) await consumeOrRefuse(refreshes, sessionId);
    },
    repeatedRefresh: (sessionId, generation, elsewhere) =>
      consumeOrRefuse(
        elsewhere ? repeatedRefreshesElsewhere : repeatedRefreshes,
        `${sessionId}:${generation}`,
      ),
    forgedToken: (ip) => forgedTokens(ip),
    staleToken: (sessionId) => tryConsume(staleTokens, sessionId),
    earlyProof: (sessionId) => tryConsume(earlyProofs, sessionId),
    profileChange: (userId) => consumeOrRefuse(profileChanges, String(userId)),
    staffAction: (staffId) => consumeOrRefuse(staffActions, String(staffId)),
    async transferCode(userId, ip) {
      await consumeOrRefuse(transferCodes, String(userId));
      await consumeOrRefuse(transferCodesByAddress, addressBlocks(ip)[0] ?? ip);
    },
    joinTicket: (userId) => consumeOrRefuse(joinTickets, String(userId)),
    lookUp: lookUps,
    deviceCode: deviceCodes,
    userCodeAttempt: (ip, lookUp) =>
      userCodeTurns.run(addressBlocks(ip)[0] ?? ip, async () => {
        const block = wrongUserCodes.usedUp(ip);
        if (block)
          throw new ApiError("rate_limited", { retryAfterSeconds: wrongUserCodes.secondsLeft(block) });
        const found = await lookUp();
        if (found === null) await wrongUserCodes.count(ip);
        return found;
      }),
    newGuest: newGuests,
    refusalLine: (ip) =>
      refusalLines(ip).then(
        () => {
          const before = leftOut;
          leftOut = 0;
          return before;
        },
        () => {
          leftOut++;
          return null;
        },
      ),
  };
}

type CountByNetwork = (ip: string) => Promise<void>;

function localByNetwork(name: keyof typeof LOCAL_WINDOWS): CountByNetwork {
  const { points, duration } = LOCAL_WINDOWS[name];
  return byNetwork(points, points * OVER_ALL_SHARE, (network, most) =>
    countInMemory({ keyPrefix: name + network, points: most, duration }),
  );
}

/** Counts by address, by the networks around it, and over all. */
function byNetwork(
  points: number,
  pointsOverAll: number,
  counterOf: (network: string, points: number) => Counter,
): CountByNetwork {
  const counters = NETWORK_SHARES.map((share) => counterOf(`By${share}`, points * share));
  const overAll = counterOf("OverAll", pointsOverAll);
  return async (ip) => {
    // The narrowest first: who has used up theirs takes nothing of their neighbours'.
    for (const [index, block] of addressBlocks(ip).entries())
      await consumeOrRefuse(counters[index] as Counter, block);
    await consumeOrRefuse(overAll, "all");
  };
}

async function consumeOrRefuse(counter: Counter, key: string): Promise<void> {
  try {
    await counter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new ApiError("rate_limited", { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1_000) || 1 });
  }
}

function tryConsume(counter: Counter, key: string): Promise<boolean> {
  return counter.consume(key).then(
    () => true,
    () => false,
  );
}
