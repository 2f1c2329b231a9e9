import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";

/** An RS256 key, private and as published. */
export type SigningKey = {
  kid: string;
  privateKey: CryptoKey;
  jwk: JWK;
  pem: string;
};

/** RS256 keys of this process: the first is made when it is first wanted, and none is kept on disk. */
export class SigningKeys {
  #current: Promise<SigningKey> | undefined;
  #previous: Promise<SigningKey> | undefined;

  current(): Promise<SigningKey> {
    this.#current ??= generateSigningKey();
    return this.#current;
  }

  /** The signing key and the one before it, whose tokens still verify. */
  async published(): Promise<SigningKey[]> {
    const current = await this.current();
    return this.#previous ? [current, await this.#previous] : [current];
  }

  /** From here on a new key signs. The one before the last is published no more. */
  async rotate(): Promise<void> {
    this.#previous = this.#current;
    this.#current = generateSigningKey();
    await this.#current;
  }
}

async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    privateKey,
    jwk: { ...publicJwk, kid, alg: "RS256", use: "sig" },
    pem: await exportSPKI(publicKey),
  };
}
