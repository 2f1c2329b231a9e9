import { createHash } from "node:crypto";

const GRAM = 16;
/** Of less something is found everywhere. */
const SHORTEST = 8;

/** Everything secret that went over the wire, and where a piece of it turns up. */
export class Needles {
  private readonly grams = new Map<string, string>();
  /** Spellings too short for a piece, which a person types: they are looked for whole, in any case. */
  private readonly short = new Map<string, string>();
  count = 0;

  /**
   * @param name tells a finding apart; the secret itself is never printed
   * @param secret in any of its usual spellings it must not be found, whole or in pieces of 16 characters
   */
  add(name: string, secret: string | undefined): void {
    if (!secret) return;
    this.count++;
    const bytes = Buffer.from(secretPart(secret));
    const spellings = [
      bytes.toString(),
      encodeURIComponent(bytes.toString()),
      bytes.toString("hex"),
      bytes.toString("base64"),
      bytes.toString("base64url"),
      Buffer.from(bytes.toString(), "base64url").toString("hex"),
    ];
    for (const spelling of spellings) {
      if (spelling.length < GRAM && spelling.length >= SHORTEST) this.short.set(spelling.toUpperCase(), name);
      for (let at = 0; at + GRAM <= spelling.length; at++)
        this.grams.set(spelling.slice(at, at + GRAM), name);
    }
  }

  /** Also its SHA-256, for what must not even be kept as a hash. */
  addHashed(name: string, secret: string): void {
    this.add(name, secret);
    const hash = createHash("sha256").update(secret).digest();
    for (const spelling of ["hex", "base64", "base64url"] as const) {
      const text = hash.toString(spelling);
      for (let at = 0; at + GRAM <= text.length; at++)
        this.grams.set(text.slice(at, at + GRAM), `hash of ${name}`);
    }
  }

  /** The names of what a text gives away. */
  in(text: string): string[] {
    const found = new Set<string>();
    for (let at = 0; at + GRAM <= text.length; at++) {
      const name = this.grams.get(text.slice(at, at + GRAM));
      if (name) found.add(name);
    }
    const capitals = text.toUpperCase();
    for (const [spelling, name] of this.short) if (capitals.includes(spelling)) found.add(name);
    return [...found];
  }
}

/**
 * A JWT without its signature proves nothing, and the header of a JWE is that of any other. The first 28 characters of our refresh tokens are the session's id and
 * generation, which are no secrets; the rest is the MAC.
 */
function secretPart(secret: string): string {
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret)) return secret.slice(secret.lastIndexOf(".") + 1);
  if (/^[\w-]+(\.[\w-]*){4}$/.test(secret)) return secret.slice(secret.indexOf(".") + 1);
  return secret.startsWith("AQ") && secret.length === 71 ? secret.slice(28) : secret;
}
