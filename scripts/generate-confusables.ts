/**
 * Turns Unicode's confusables.txt (UTS 39) into `src/users/confusables.json`:
 *
 *     curl -O https://www.unicode.org/Public/17.0.0/security/confusables.txt
 *     bun scripts/generate-confusables.ts confusables.txt
 *
 * A newer version changes keys that are already stored: recompute both keys and the looks of every user along with it.
 */
const [path] = process.argv.slice(2);
if (!path) throw new Error("usage: bun scripts/generate-confusables.ts <confusables.txt>");

const source = await Bun.file(path).text();
const version = /^# Version: (\S+)/m.exec(source)?.[1];
const copyright = /^# (©.*)$/m.exec(source)?.[1];
if (!version || !copyright) throw new Error(`${path} is not Unicode's confusables.txt`);

const lookalikesOf = new Map<string, string[]>();
for (const [, from = "", to = ""] of source.matchAll(/^([0-9A-F]+) ;\s*([0-9A-F]+(?: [0-9A-F]+)*) ;/gm)) {
  const lookalike = text(from);
  // The skeleton looks up decomposed text only, in which such a character never occurs.
  if (lookalike !== lookalike.normalize("NFD")) continue;
  lookalikesOf.set(text(to), [...(lookalikesOf.get(text(to)) ?? []), lookalike]);
}

const prototypes = [...lookalikesOf]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([prototype, lookalikes]) => `    ${escaped(prototype)}: ${escaped(lookalikes.toSorted().join(""))}`);

await Bun.write(
  new URL("../src/users/confusables.json", import.meta.url),
  `{
  "source": "https://www.unicode.org/Public/${version}/security/confusables.txt",
  "version": "${version}",
  "copyright": "${copyright}",
  "license": "Unicode-3.0, https://www.unicode.org/license.txt",
  "prototypes": {
${prototypes.join(",\n")}
  }
}
`,
);
console.log(
  `Unicode ${version}: ${prototypes.length} prototypes, ${[...lookalikesOf.values()].flat().length} look-alikes`,
);

function text(codePoints: string): string {
  return String.fromCodePoint(
    ...codePoints.split(" ").map((hexadecimal) => Number.parseInt(hexadecimal, 16)),
  );
}

/** A JSON string in plain ASCII, so that no editor has to render what is made to deceive. */
function escaped(characters: string): string {
  const units = characters.replaceAll(
    /[^0-9A-Za-z]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${units}"`;
}
