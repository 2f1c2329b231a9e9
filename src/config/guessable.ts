import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

/** Guesses as powers of ten: ten billion a second for three centuries, and what zxcvbn calls very unguessable. */
export const GUESSES = { secret: 20, password: 10 } as const;

/**
 * Whether a secret falls to fewer guesses than 10 to the given power, as zxcvbn counts them: words, names, dates,
 * rows of keys, sequences and repetitions cost next to nothing.
 * @param power for one of {@link GUESSES}
 * @param known what an attacker tries first
 */
export function isGuessable(secret: string, power: number, known: string[] = []): boolean {
  if (isEvidentlyRandom(secret)) return false;
  zxcvbn ??= loadZxcvbn();
  return zxcvbn.check(secret, known).guessesLog10 < power;
}

let zxcvbn: ZxcvbnFactory | undefined;

/** Takes the start some 50 ms, so only who has a secret that somebody seems to have made up waits for it. */
function loadZxcvbn(): ZxcvbnFactory {
  const { ZxcvbnFactory } = require("@zxcvbn-ts/core") as typeof import("@zxcvbn-ts/core");
  const { dictionary, adjacencyGraphs } =
    require("@zxcvbn-ts/language-common") as typeof import("@zxcvbn-ts/language-common");
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}

/** True for most of what a generator makes, and not for words, repetitions, sequences and rows of keys. */
function isEvidentlyRandom(secret: string): boolean {
  if (/^([0-9a-f]{2}){16,}$/i.test(secret)) return isVaried(Buffer.from(secret, "hex"));
  const kinds = [...secret].map(kindOf);
  const changes = kinds.filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length;
  const isMixed = ["small", "capital", "digit"].every((kind) => kinds.includes(kind));
  return isMixed && kinds.length >= 16 && changes >= kinds.length * 0.55 && isVaried(Buffer.from(secret));
}

function isVaried(bytes: Buffer): boolean {
  return new Set(bytes).size >= Math.min(24, bytes.length * 0.6);
}

function kindOf(character: string): string {
  if (/[a-z]/.test(character)) return "small";
  if (/[A-Z]/.test(character)) return "capital";
  return /[0-9]/.test(character) ? "digit" : "other";
}
