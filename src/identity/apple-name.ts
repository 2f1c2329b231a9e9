import { profileOf } from "./claims";

/**
 * The name in the `user` that Apple posts with a player's first answer, and never again:
 * `{"name":{"firstName":"…","lastName":"…"},"email":"…"}`. It is signed by nobody.
 */
export function suggestedName(answer: URLSearchParams): string | null {
  try {
    const { name } = Object(JSON.parse(answer.get("user") ?? "null")) as { name?: unknown };
    const { firstName, lastName } = Object(name) as Record<string, unknown>;
    return profileOf({ given_name: firstName, name: lastName }).name;
  } catch {
    return null;
  }
}
