import confusables from "./confusables.json" with { type: "json" };

/** A character, and what it looks like (UTS 39 §4). */
const prototypes = new Map<string, string>();
for (const [prototype, lookalikes] of Object.entries(confusables.prototypes)) {
  for (const lookalike of lookalikes) prototypes.set(lookalike, prototype);
}

/** What makes a name unique: no two players share either key. */
export type NameKeys = {
  /** Equal for names that differ by case only: "том" and "ТОМ". */
  folded: string;
  /** Equal for names that look alike as written: Cyrillic "ТОМ" and Latin "TOM", "Ian" and "lan". */
  skeleton: string;
};

/**
 * The keys of a name. It takes two, because no single one can serve: folding case first loses that "ТОМ" and
 * "TOM" look alike ("том" and "tom" do not), and folding it last loses that "ТОМ" is "том". A key that did
 * both would have to equate "n" with "v", by way of the Greek "Ν" and "ν".
 *
 * Each is a fixed point: the key of a key is the key itself. Neither is meant to be shown.
 */
export function nameKeys(name: string): NameKeys {
  return { folded: settle(name), skeleton: settle(lookalike(name)) };
}

/** What a name looks like: as written, in small letters, and in capitals. */
export type Looks = readonly [written: string, small: string, capitals: string];

/**
 * The looks of a name. Two names are too much alike when any of the one is any of the other: "ADMlN" with a small
 * "l" is what "admin" looks like in capitals, which neither of the {@link nameKeys} sees.
 */
export function looks(name: string): Looks {
  return [lookalike(name), lookalike(foldCase(name)), lookalike(name.toUpperCase())];
}

/** Folds case and look-alikes in turn until neither changes anything: "M" → "m" → "rn", "0" → "O" → "o". */
function settle(key: string): string {
  const next = lookalike(foldCase(key));
  return next === key ? key : settle(next);
}

/** UTS 39 §4 `internalSkeleton`, after the width mapping of RFC 8265 §3.3.1 that confusables.txt leaves out. */
function lookalike(name: string): string {
  const visible = name
    .replaceAll(/[\uFF00-\uFFEF]+/g, (wide) => wide.normalize("NFKC"))
    .normalize("NFD")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "");
  return Array.from(visible, (character) => prototypes.get(character) ?? character)
    .join("")
    .normalize("NFD");
}

/**
 * Full case folding (Unicode §3.13), by character so that a final sigma is no exception. A dot above a dotted
 * letter goes: it cannot be seen, and it is what remains of the Turkish "İ".
 */
function foldCase(name: string): string {
  return Array.from(name, (character) => character.toLowerCase().toUpperCase().toLowerCase())
    .join("")
    .normalize("NFD")
    .replaceAll(/(?<=\p{Soft_Dotted}\p{M}*)\u0307/gu, "");
}
