import { isReserved } from "./reserved-names";
import { isHighlyRestrictive } from "./scripts";
import { type Looks, looks, type NameKeys, nameKeys } from "./skeleton";

/** A name that may be taken, with the keys and looks that no other player's name may share. */
export type Username = NameKeys & { name: string; looks: Looks };

/** Why a name cannot be used, by stable code. */
const SENTENCES = {
  too_short: "A name has at least 3 characters.",
  too_long: "A name has at most 20 characters.",
  forbidden_character: "A name consists of letters, digits, spaces and . _ - only.",
  space: "A name has single spaces only.",
  no_letter_or_digit: "A name has at least one letter or digit.",
  combining_marks: "A name has marks on letters only, few to a letter.",
  mixed_direction: "A right-to-left name starts with a letter and has right-to-left letters only.",
  mixed_scripts: "A name is in one script, or in Latin letters beside Chinese, Japanese or Korean ones.",
  reserved: "A name that could pass for the game or its staff is reserved.",
  profane: "A name has no profanity.",
} as const;

export type UsernameProblem = keyof typeof SENTENCES;

/** Every reason that a name is refused for. */
export const USERNAME_PROBLEMS = Object.keys(SENTENCES) as UsernameProblem[];

/** `message` is one plain sentence for the player; it repeats nothing of the input. */
export type ParsedUsername =
  | ({ ok: true } & Username)
  | { ok: false; reason: UsernameProblem; message: string };

export const USERNAME_MAX_LENGTH = 20;

/** In UTF-16 units: no valid name needs more, even fully decomposed and with spaces around it. */
const RAW_MAX_LENGTH = 256;

/**
 * Any character that no name has. Fillers and two Egyptian blanks are letters to Unicode, but invisible;
 * enclosing marks (Me) make keycap emoji.
 */
export const FORBIDDEN =
  /[^[\p{L}\p{Mn}\p{Mc}\p{Nd} ._\-]--[\p{Default_Ignorable_Code_Point}\u{13441}\u{13442}]]/v;

/** UTS 39 §5.4: no more than four nonspacing marks in a row, none twice. */
const MARKS_ASTRAY = /(?<![\p{L}\p{Nd}\p{M}])\p{M}|\p{Mn}{5}|(\p{Mn})\p{Mn}*\1/u;

/** Letters inside and outside the blocks that Unicode sets aside for right-to-left scripts. */
const RIGHT_TO_LEFT =
  /[\p{L}&&[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]]/v;
const LEFT_TO_RIGHT =
  /[\p{L}--[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]]/v;

/**
 * Reads a name that somebody asks for: NFC, without the spaces (U+0020) around it, 3 to 20 code points. Code
 * points rather than graphemes, for every client counts those alike and no pile of marks hides in one.
 *
 * Allowed are letters and digits of any one script, the marks that they carry, `.`, `_`, `-` and single spaces
 * inside: no control, bidi, zero-width, private-use, unassigned or emoji character, no lone surrogate, and no
 * other space. Right-to-left names follow the gist of the Bidi Rule (RFC 8265 §3.3.1, RFC 5893 §2), or else
 * "1א" and "א1" would be two names that show as one. Scripts that nobody mixes are refused ({@link
 * isHighlyRestrictive}), and so is what {@link isReserved}.
 */
export function parseUsername(input: string): ParsedUsername {
  if (input.length > RAW_MAX_LENGTH) return refusal("too_long");
  const name = input.normalize("NFC").replaceAll(/^ +| +$/g, "");
  const reason = problemOf(name);
  return reason ? refusal(reason) : { ok: true, name, ...nameKeys(name), looks: looks(name) };
}

export function refusal(reason: UsernameProblem): ParsedUsername {
  return { ok: false, reason, message: SENTENCES[reason] };
}

function problemOf(name: string): UsernameProblem | undefined {
  if (FORBIDDEN.test(name)) return "forbidden_character";
  if (name.includes("  ")) return "space";
  const { length } = Array.from(name);
  if (length < 3) return "too_short";
  if (length > USERNAME_MAX_LENGTH) return "too_long";
  if (!/[\p{L}\p{Nd}]/u.test(name)) return "no_letter_or_digit";
  if (MARKS_ASTRAY.test(name.normalize("NFD"))) return "combining_marks";
  const mixed = LEFT_TO_RIGHT.test(name) || !/^\p{L}/u.test(name);
  if (RIGHT_TO_LEFT.test(name) && mixed) return "mixed_direction";
  if (!isHighlyRestrictive(name)) return "mixed_scripts";
  if (isReserved(name)) return "reserved";
  return undefined;
}
