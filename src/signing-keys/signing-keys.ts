import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import type { Clock } from "../clock";
import { createKeptSecrets } from "../session/kept-secrets";
import type { KeyRing } from "../session/keys";
import type { SigningKeyStore } from "./store";

/** Whatever signs access tokens: an OpenID client must be able to check these by itself. */
export const SIGNING_ALGORITHM = "ES256";

/** How long a process goes by what it has read, in milliseconds: so long a key may sign after it was retired. */
const FRESH_MS = 60_000;

/** How often an unknown key is looked for, in milliseconds. */
const NEWS_MS = 1_000;

/** How long a retired key stays published beyond the life of its last token, in seconds; clients' clocks differ. */
const MARGIN_SECONDS = 600;

export type SigningKey = { id: string; privateKey: CryptoKey };

export type SigningKeys = {
  /** The key that signs. Made by whoever needs it first. */
  current(): Promise<SigningKey>;
  /** The public halves, of the key that signs and of those whose tokens may be around (RFC 7517 §5). */
  publicJwks(): Promise<JWK[]>;
  /** The key that checks what this one has signed; null for one that is not ours, or too old. */
  publicKey(id: string): Promise<CryptoKey | null>;
  /** Makes another key sign. */
  rotate(): Promise<SigningKey>;
};

export type SigningKeyDeps = {
  signingKeys: SigningKeyStore;
  keyRing: KeyRing;
  clock: Pick<Clock, "monotonic">;
  /** Told of a key that could not be read, and was replaced. */
  onWarning?: (line: string) => void;
};

type Known = { current: SigningKey; publicJwks: JWK[]; publicKeys: Map<string, CryptoKey>; readAt: number };

/**
 * The key pairs of id tokens, which the database keeps for all replicas. A private half that was encrypted under an
 * earlier secret is encrypted anew; one under a secret that is gone is replaced.
 * @param tokenLifetimeSeconds how long what they sign is good
 */
export function createSigningKeys(
  { signingKeys, keyRing, clock, onWarning }: SigningKeyDeps,
  tokenLifetimeSeconds: number,
): SigningKeys {
  const halves = createKeptSecrets<JWK>(keyRing, "signing key");
  let known: Known | null = null;
  let reading: Promise<Known> | null = null;

  const put = async () => {
    const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
    const publicJwk = await exportJWK(pair.publicKey);
    const id = await calculateJwkThumbprint(publicJwk);
    await signingKeys.putFirst({
      id,
      publicJwk: { ...publicJwk, kid: id, alg: SIGNING_ALGORITHM, use: "sig" },
      privateJwe: await halves.encrypt(await exportJWK(pair.privateKey)),
    });
  };

  const read = async (): Promise<Known> => {
    const readAt = clock.monotonic();
    const rows = await signingKeys.list(tokenLifetimeSeconds + MARGIN_SECONDS);
    const row = rows.find(({ isCurrent }) => isCurrent);
    if (!row) {
      await put();
      return read();
    }
    const privateJwk = await halves.decrypt(row.privateJwe);
    if (!privateJwk) {
      onWarning?.(
        "The key of id tokens was encrypted under a secret that is gone; another one takes its place",
      );
      await signingKeys.retire(row.id);
      return read();
    }
    if (!halves.isCurrent(row.privateJwe))
      await signingKeys.encryptAnew(row.id, row.privateJwe, await halves.encrypt(privateJwk));
    const imported = async (jwk: JWK) => (await importJWK(jwk, SIGNING_ALGORITHM)) as CryptoKey;
    return {
      current: { id: row.id, privateKey: await imported(privateJwk) },
      publicJwks: rows.map(({ publicJwk }) => publicJwk),
      publicKeys: new Map(
        await Promise.all(rows.map(async ({ id, publicJwk }) => [id, await imported(publicJwk)] as const)),
      ),
      readAt,
    };
  };

  const readOnce = () => {
    reading ??= read()
      .then((read) => {
        known = read;
        return read;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };

  /** While the database does not answer, what was read before goes on. */
  const get = (): Promise<Known> => {
    const before = known;
    if (before && clock.monotonic() - before.readAt < FRESH_MS) return Promise.resolve(before);
    return before ? readOnce().catch(() => before) : readOnce();
  };

  return {
    current: async () => (await get()).current,
    publicJwks: async () => (await get()).publicJwks,
    async publicKey(id) {
      const before = await get();
      const found = before.publicKeys.get(id);
      if (found || clock.monotonic() - before.readAt < NEWS_MS) return found ?? null;
      // Another process may have made one since.
      return (await readOnce()).publicKeys.get(id) ?? null;
    },
    async rotate() {
      const { current } = await readOnce();
      await signingKeys.retire(current.id);
      return (await readOnce()).current;
    },
  };
}
