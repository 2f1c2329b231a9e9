/** A cookie of the console's, for this host alone and never sent along from another site. */
export type Cookie = {
  read(headers: Headers): string | null;
  /** @returns a Set-Cookie header. @param value in base64url, with dots */
  set(value: string): string;
  clear(): string;
};

/**
 * @param publicUrl over TLS the cookie has the prefix that only this very host can set; without, as in development, not
 * @param maxAgeSeconds how long the browser keeps it
 */
export function createCookie(plainName: string, publicUrl: string | null, maxAgeSeconds: number): Cookie {
  const isSecure = publicUrl?.startsWith("https:") === true;
  const name = isSecure ? `__Host-${plainName}` : plainName;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_.-]+)(?:;|$)`);
  return {
    read: (headers) => pattern.exec(headers.get("cookie") ?? "")?.[1] ?? null,
    set: (value) => `${name}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}
