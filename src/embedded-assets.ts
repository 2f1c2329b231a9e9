/**
 * Where an executable has the files that it brings along, by their path in the repository. Empty where the server runs from its
 * sources; `scripts/compile.ts` puts another module in its place.
 */
export const embeddedAssets: Readonly<Record<string, string>> = {};
