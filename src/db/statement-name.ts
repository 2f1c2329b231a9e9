const names = new Map<string, string>();

/** A name for a statement after its text as well: what another release prepared under the name may be another one. */
export function statementName(name: string, text: string): string {
  let unique = names.get(text);
  if (unique === undefined) {
    unique = `${name}_${Bun.hash(text).toString(36)}`;
    names.set(text, unique);
  }
  return unique;
}
