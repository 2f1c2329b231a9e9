import type { JWK } from "jose";
import { CLOCK, type RunStatement, seconds } from "../db/statements";

/** A key pair of id tokens as it is kept: the private half encrypted. */
export type SigningKeyRow = { id: string; publicJwk: JWK; privateJwe: string; isCurrent: boolean };

const LIST = `
  SELECT k.id, k.public_jwk AS "publicJwk", k.private_jwe AS "privateJwe", k.is_current IS TRUE AS "isCurrent"
  FROM signing_keys AS k, ${CLOCK}
  WHERE k.is_current OR k.retired_at > clock.now - ${seconds("$2")}
  ORDER BY k.is_current DESC NULLS LAST, k.retired_at DESC, k.id`;

/** A unique index lets one key be current: of several makers the first wins. */
const PUT_FIRST = `
  INSERT INTO signing_keys (id, public_jwk, private_jwe, is_current, created_at)
  SELECT $2, $3::jsonb, $4, true, clock.now FROM ${CLOCK}
  ON CONFLICT (is_current) DO NOTHING`;

/** Nothing is left that could sign; the public half stays for those who check what it has signed. */
const RETIRE = `
  UPDATE signing_keys AS k SET is_current = NULL, retired_at = clock.now, private_jwe = '' FROM ${CLOCK}
  WHERE k.id = $2 AND k.is_current`;

const ENCRYPT_ANEW = `
  UPDATE signing_keys AS k SET private_jwe = $4 FROM ${CLOCK} WHERE k.id = $2 AND k.private_jwe = $3`;

export type SigningKeyStore = ReturnType<typeof createSigningKeyStore>;

/** Every statement on `signing_keys`. */
export function createSigningKeyStore(run: RunStatement) {
  return {
    /** The key that signs, then those that were retired in the last so many seconds. */
    async list(retiredSeconds: number): Promise<SigningKeyRow[]> {
      return (await run<SigningKeyRow>("list_signing_keys", LIST, [retiredSeconds])).rows;
    },

    /** Lets a key sign, unless another one does. */
    async putFirst({ id, publicJwk, privateJwe }: Omit<SigningKeyRow, "isCurrent">): Promise<void> {
      await run("put_signing_key", PUT_FIRST, [id, JSON.stringify(publicJwk), privateJwe]);
    },

    /** Lets a key sign no more. @returns false when it was not the one that did */
    async retire(id: string): Promise<boolean> {
      return (await run("retire_signing_key", RETIRE, [id])).rowCount > 0;
    },

    /** @param before the private half as it was read: what somebody else has written since stays */
    async encryptAnew(id: string, before: string, privateJwe: string): Promise<void> {
      await run("encrypt_signing_key_anew", ENCRYPT_ANEW, [id, before, privateJwe]);
    },
  };
}
