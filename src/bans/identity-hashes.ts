import { createHmac, randomBytes } from "node:crypto";
import type { Timepiece } from "../clock";
import { lazy } from "../lazy";
import { createKeptSecrets } from "../session/kept-secrets";
import type { KeyRing } from "../session/keys";
import { newUuidv7 } from "../session/uuidv7";
import type { BanStore } from "./store";

/** What makes an identity one. */
export type Named = { provider: string; subject: string };

/**
 * What may be kept of an identity after its player has gone, under the current key, then what it would be under each key
 * before: whoever has the database alone cannot try any out.
 */
export type HashIdentity = (identity: Named) => [current: Buffer, ...earlier: Buffer[]];

/** The keys are read on first use; not in a transaction, for there may be one connection. */
export type IdentityHashes = () => Promise<HashIdentity>;

export type IdentityHashDeps = {
  bans: BanStore;
  keyRing: KeyRing;
  clock: Timepiece;
  /** Told of a key that could not be read, and was replaced. */
  onWarning?: (line: string) => void;
};

/**
 * HMAC-SHA256 under a random key that the database keeps for all replicas, encrypted under the ring. It stays the same
 * when the secret is rotated, and is then encrypted anew. Under a secret that is gone it cannot be read: another key takes
 * its place, and what was hashed with it is found again only when that secret comes back.
 */
export function createIdentityHashes({ bans, keyRing, clock, onWarning }: IdentityHashDeps): IdentityHashes {
  const secrets = createKeptSecrets<string>(keyRing, "identity hash key");

  const read = async (): Promise<Buffer[]> => {
    const keys: Buffer[] = [];
    const rows = await bans.listKeys();
    for (const { id, keyJwe, isCurrent } of rows) {
      const key = await secrets.decrypt(keyJwe);
      if (key !== null) {
        if (!secrets.isCurrent(keyJwe)) await bans.encryptKeyAnew(id, keyJwe, await secrets.encrypt(key));
        keys.push(Buffer.from(key, "base64url"));
      } else if (isCurrent) {
        onWarning?.(
          "The key of banned identities was encrypted under a secret that is gone; another one takes its place, and who was banned and has left is no longer known",
        );
        await bans.setKeyAside(id);
        return read();
      }
    }
    if (rows.some(({ isCurrent }) => isCurrent)) return keys;
    const keyJwe = await secrets.encrypt(randomBytes(32).toString("base64url"));
    await bans.putFirstKey({ id: newUuidv7(clock), keyJwe });
    return read();
  };
  return lazy(async () => {
    const keys = await read();
    return (identity) => keys.map((key) => hashWith(key, identity)) as [Buffer, ...Buffer[]];
  });
}

/** No provider's id has a colon in it. */
function hashWith(key: Buffer, { provider, subject }: Named): Buffer {
  return createHmac("sha256", key).update(`${provider}:${subject}`).digest();
}
