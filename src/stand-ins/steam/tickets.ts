import { randomBytes } from "node:crypto";
import { epochSeconds, type Timepiece } from "../../clock";
import type { Vouched } from "../credentials";
import { ExpiringMap } from "../expiring-map";

/** What a ticket is good for, and what Steam says of the player who has it. */
export type Ticket = Vouched & {
  steamId: string;
  appId: number;
  /** What the game passed to `GetAuthTicketForWebApi`. */
  identity: string;
  ownerSteamId: string;
  vacBanned: boolean;
  publisherBanned: boolean;
};

const LIFETIME_SECONDS = 3_600;
const OWNERSHIP_LIFETIME_SECONDS = 21 * 86_400;
const CAPACITY = 10_000;
const SIGNATURE_BYTES = 128;
/** 127.0.0.1. */
const LOOPBACK = 0x7f000001;

/** Tickets for the Web API, which serve until they are cancelled or too old. */
export class Tickets {
  readonly #clock: Timepiece;
  readonly #issued: ExpiringMap<Ticket>;

  constructor(clock: Timepiece) {
    this.#clock = clock;
    this.#issued = new ExpiringMap({ clock, lifetimeSeconds: LIFETIME_SECONDS, capacity: CAPACITY });
  }

  /** @returns it in hex */
  issue(ticket: Ticket): string {
    const hex = ticketBytes(ticket, epochSeconds(this.#clock)).toString("hex");
    this.#issued.set(hex, ticket);
    return hex;
  }

  /** @param hex in any case */
  find(hex: string): Ticket | undefined {
    const found = this.#issued.get(hex.toLowerCase());
    return found?.value.stillGood() ? found.value : undefined;
  }
}

/** The parts of a ticket of Steam's client, each after its length: token, session header, ownership with signature. */
function ticketBytes({ steamId, appId }: Ticket, now: number): Buffer {
  const id = u64(BigInt(steamId));
  const token = Buffer.concat([randomBytes(8), id, u32(now)]);
  const session = u32(1, 2, LOOPBACK, 0, randomBytes(3).readUIntLE(0, 3), 1);
  const licence = Buffer.concat([u16(1), u32(0), u16(0, 0)]);
  const until = now + OWNERSHIP_LIFETIME_SECONDS;
  const ownership = Buffer.concat([u32(4), id, u32(appId, LOOPBACK, LOOPBACK, 0, now, until), licence]);
  const signed = Buffer.concat([u32(ownership.length + 4), ownership, randomBytes(SIGNATURE_BYTES)]);
  return Buffer.concat([token, session, signed].flatMap((part) => [u32(part.length), part]));
}

function u16(...values: number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer);
}

function u32(...values: number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function u64(value: bigint): Buffer {
  return Buffer.from(BigUint64Array.of(value).buffer);
}
