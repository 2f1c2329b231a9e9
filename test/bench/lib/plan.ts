/** How long everything takes: the whole benchmark, or a look that fits into two minutes. */
export type Plan = {
  rounds: number;
  /** Of one measurement. */
  seconds: number;
  /** Requests that a contestant answers before it is measured. */
  warmUp: number;
  players: number;
  /** Players whom Google vouches for, and logins of players who are new, in each round. */
  returning: number;
  newcomers: number;
  population: { users: number; sessions: number };
  /** The million of the memory bar. */
  requests: number;
  expired: number;
};

/**
 * How many times the rounds where a difference of a few percent matters: it drowns in what a shared machine does from
 * one round to the next.
 */
export const NOISY_ROUNDS = 3;

export const FULL: Plan = {
  rounds: 5,
  seconds: 2,
  warmUp: 4_000,
  players: 10_016,
  returning: 2_016,
  newcomers: 1_000,
  population: { users: 1_000_000, sessions: 5_000_000 },
  requests: 1_000_000,
  expired: 60_000,
};

export const QUICK: Plan = {
  rounds: 1,
  seconds: 1,
  warmUp: 1_500,
  players: 2_016,
  returning: 320,
  newcomers: 200,
  population: { users: 20_000, sessions: 100_000 },
  requests: 20_000,
  expired: 2_000,
};
