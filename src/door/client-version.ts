/** By which a game tells its version, at every sign-in and refresh. */
export const CLIENT_VERSION_HEADER = "x-client-version";

export const VERSION_MAX_LENGTH = 64;

/** As semver.org suggests it (Semantic Versioning 2.0.0). */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

/** Whether a text is a semantic version, `1.4.2` or `2.0.0-beta.1`. */
export function isVersion(text: string): boolean {
  return text.length <= VERSION_MAX_LENGTH && VERSION.test(text);
}

/** Whether one version comes before another (Semantic Versioning 2.0.0, 11). */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [precedence(version), precedence(than)];
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const order = compare(one[at], other[at]);
    if (order !== 0) return order < 0;
  }
  return false;
}

/** What decides, the weightiest first. A release has no identifiers of a pre-release and yet comes after those that do. */
function precedence(version: string): string[] {
  const [numbered = ""] = version.split("+", 1);
  const dash = numbered.indexOf("-");
  if (dash < 0) return [...numbered.split("."), RELEASE];
  return [...numbered.slice(0, dash).split("."), ...numbered.slice(dash + 1).split(".")];
}

/** Sorts behind every identifier, which is of letters, digits and hyphens. */
const RELEASE = "~";

/** Of two identifiers: fewer come first, numbers by value, before words, by their letters. */
function compare(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? -1 : 1;
  const [oneIsNumber, otherIsNumber] = [one, other].map((identifier) => /^\d+$/.test(identifier));
  if (oneIsNumber !== otherIsNumber) return oneIsNumber ? -1 : 1;
  if (oneIsNumber && one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}
