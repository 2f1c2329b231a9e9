import { secureUrl } from "./fields";

/** An issuer identifier (OpenID Connect Discovery §2): a URL without query and fragment, written as the issuer writes it. */
export const issuerUrl = secureUrl.refine(
  (text) => !URL.canParse(text) || isPlain(text),
  "must have no query, fragment or user name",
);

function isPlain(text: string): boolean {
  const { username, password } = new URL(text);
  return !/[?#\s]/.test(text) && !username && !password;
}
