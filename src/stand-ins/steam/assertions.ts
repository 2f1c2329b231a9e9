import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Timepiece } from "../../clock";
import { Credentials, unguessable, type Vouched } from "../credentials";

export const OPENID_NS = "http://specs.openid.net/auth/2.0";

/** Members of a message without their prefix `openid.`. */
export type OpenIdFields = Record<string, string>;

const LIFETIME_SECONDS = 300;
/** Steam's, for want of an association. */
const ASSOC_HANDLE = "1234567890";
const SIGNED = "signed,op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle";

/** Positive assertions (OpenID Authentication 2.0 §10.1), signed by a key of this process. */
export class Assertions {
  readonly #key = randomBytes(32);
  readonly #clock: Timepiece;
  readonly #nonces: Credentials<Vouched>;

  constructor(clock: Timepiece) {
    this.#clock = clock;
    const make = () => `${this.#clock.now().toISOString().slice(0, 19)}Z${unguessable()}`;
    this.#nonces = new Credentials({ clock, lifetimeSeconds: LIFETIME_SECONDS, make });
  }

  issue(endpoint: string, claimedId: string, returnTo: string, vouched: Vouched): OpenIdFields {
    const fields = {
      ns: OPENID_NS,
      mode: "id_res",
      op_endpoint: endpoint,
      claimed_id: claimedId,
      identity: claimedId,
      return_to: returnTo,
      response_nonce: this.#nonces.issue(vouched),
      assoc_handle: ASSOC_HANDLE,
      signed: SIGNED,
    };
    return { ...fields, sig: this.#sign(fields).toString("base64") };
  }

  /** Whether it is one of these, and asked about for the first time (§11.4.2.1). */
  check(fields: OpenIdFields): boolean {
    const given = Buffer.from(fields.sig ?? "", "base64");
    const expected = this.#sign(fields);
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
    return isOurs && this.#nonces.take(fields.response_nonce ?? "") !== undefined;
  }

  /** HMAC-SHA1 of the signed members in key-value form (§6.1). */
  #sign(fields: OpenIdFields): Buffer {
    const lines = SIGNED.split(",").map((name) => `${name}:${fields[name] ?? ""}\n`);
    return createHmac("sha1", this.#key).update(lines.join("")).digest();
  }
}
