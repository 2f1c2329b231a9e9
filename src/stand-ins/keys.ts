import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";

export type Algorithm = "RS256" | "ES256";

/** A key, private and as published. */
export type SigningKey = {
  kid: string;
  privateKey: CryptoKey;
  jwk: JWK;
  pem: string;
};

/** Keys of this process: the first is made when it is first wanted, and none is kept on disk. */
export class SigningKeys {
  #current: Promise<SigningKey> | undefined;
  #previous: Promise<SigningKey> | undefined;

  constructor(readonly algorithm: Algorithm) {}

  current(): Promise<SigningKey> {
    this.#current ??= generateSigningKey(this.algorithm);
    return this.#current;
  }

  /** The signing key and the one before it, whose tokens still verify. */
  async published(): Promise<SigningKey[]> {
    const current = await this.current();
    return this.#previous ? [current, await this.#previous] : [current];
  }

  async jwkSet(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.published()).map(({ jwk }) => jwk) };
  }

  /** From here on a new key signs. The one before the last is published no more. */
  async rotate(): Promise<void> {
    this.#previous = this.#current;
    this.#current = generateSigningKey(this.algorithm);
    await this.#current;
  }
}

async function generateSigningKey(algorithm: Algorithm): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    privateKey,
    jwk: { ...publicJwk, kid, alg: algorithm, use: "sig" },
    pem: await exportSPKI(publicKey),
  };
}
