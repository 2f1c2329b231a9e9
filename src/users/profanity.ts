import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from "obscenity";
import type { NamesConfig } from "../config/config";
import innocent from "./innocent-names.json" with { type: "json" };

type Language = NamesConfig["profanity"][number];

const DATASETS = { en: englishDataset } satisfies Record<Language, typeof englishDataset>;

/**
 * Tells whether a name is profane in any of the languages: also inside longer words, in digits and symbols that stand
 * for letters, with letters repeated or set apart ("f.u.c.k"). Real names that contain such a word are not
 * (`innocent-names.json`), and a number on its own means nothing.
 */
export function createProfanityCheck(languages: readonly Language[]): (name: string) => boolean {
  const checks = languages.map(createCheck);
  return (name) => {
    const text = withLettersJoined(name.toLowerCase()).replaceAll(NUMBER, "");
    return checks.some((isProfane) => isProfane(text));
  };
}

function createCheck(language: Language): (text: string) => boolean {
  const { blacklistedTerms = [], whitelistedTerms = [] } = DATASETS[language].build();
  const options = { ...englishRecommendedTransformers, blacklistedTerms };
  const suspicious = new RegExpMatcher(options);
  const profane = new RegExpMatcher({ ...options, whitelistedTerms: [...whitelistedTerms, ...innocent] });
  // Most names need the first only, which takes half the time.
  return (text) => suspicious.hasMatch(text) && profane.hasMatch(text);
}

const NUMBER = /(?<![^ ._-])\p{Nd}+(?![^ ._-])/gu;

/** A name without the separators between letters that stand alone. */
function withLettersJoined(name: string): string {
  return name.replaceAll(/(?<=(?:^|[ ._-])[^ ._-])[ ._-](?=[^ ._-](?:$|[ ._-]))/gu, "");
}
