const ES256 = { name: "ECDSA", namedCurve: "P-256" };

/** A new ES256 key as its private JWK (RFC 7517), for a place that the player alone can read. */
export async function createKeyText(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey(ES256, true, ["sign", "verify"]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", privateKey);
  return JSON.stringify({ kty, crv, x, y, d });
}

/** The key pair in such a text; null for nothing and for what is no key. */
export async function readKeyText(text: string | null): Promise<CryptoKeyPair | null> {
  try {
    const { d, ...open } = JSON.parse(text ?? "") as JsonWebKey;
    const [privateKey, publicKey] = await Promise.all([
      crypto.subtle.importKey("jwk", { ...open, d: d ?? "" }, ES256, false, ["sign"]),
      crypto.subtle.importKey("jwk", open, ES256, true, ["verify"]),
    ]);
    return { privateKey, publicKey };
  } catch {
    return null;
  }
}
