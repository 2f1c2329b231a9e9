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
  return Bun.semver.order(version, than) < 0;
}
