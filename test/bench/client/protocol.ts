import type { JsonWebKey } from "node:crypto";
import type { Operation, Player } from "./dialects";

/** Who plays against a contestant, with everything they will ever send. */
export type Cast = {
  contestant: string;
  port: number;
  dialect: "contract" | "better-auth";
  players: Player[];
  /** Whose sessions are bound to the key. */
  boundPlayers: Player[];
  deviceKey: JsonWebKey;
  /** Google's proofs of players who exist; an id token is for one login. */
  idTokens: string[];
  accessTokens: string[];
  /** Google's id tokens of players who do not exist yet, each for one login. */
  newIdTokens: string[];
};

export type Run = {
  contestant: string;
  operation: Operation;
  connections: number;
  /** How long, or how many requests. */
  seconds?: number;
  requests?: number;
};

export type RunResult = {
  served: number;
  /** Answers with another status than the one expected, with the first three of them. */
  failed: number;
  failures: string[];
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  clientCpuSeconds: number;
};

export type Question = { id: number } & ({ do: "cast"; cast: Cast } | { do: "run"; run: Run });
export type Answer = { id: number; result?: RunResult; error?: string };
