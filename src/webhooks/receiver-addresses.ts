import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Says which addresses a host of an endpoint has at this moment, of those that may be sent to. */
export type ReceiverAddresses = (host: string) => Promise<string[]>;

/** An endpoint's host has no address that may be sent to. */
export class AddressRefused extends Error {
  readonly code = "address_refused";
}

export type ResolveHost = (host: string) => Promise<string[]>;

const resolveByDns: ResolveHost = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Looked up for each attempt, so that a name cannot lead elsewhere once it was looked at.
 * @param allowed addresses and CIDR blocks that may be sent to although they are not public; null: whatever there is
 * @throws {AddressRefused} when none is left
 */
export function createReceiverAddresses(
  allowed: readonly string[] | null,
  resolve: ResolveHost = resolveByDns,
): ReceiverAddresses {
  const blocks = allowed?.map((block) => ipaddr.parseCIDR(block.includes("/") ? block : wholeAddress(block)));
  return async (host) => {
    const literal = host.replace(/^\[|\]$/g, "");
    const addresses = isIP(literal) ? [literal] : await resolve(literal);
    const usable = blocks
      ? addresses.filter((address) => isPublic(address) || isIn(blocks, address))
      : addresses;
    if (usable.length === 0) throw new AddressRefused();
    return usable;
  };
}

type Block = ReturnType<typeof ipaddr.parseCIDR>;

function wholeAddress(address: string): string {
  return `${address}/${isIP(address) === 6 ? 128 : 32}`;
}

/** Everything but plain unicast is refused: private and local networks, and what leads to them by another way (NAT64, 6to4). */
function isPublic(address: string): boolean {
  return ipaddr.process(address).range() === "unicast";
}

function isIn(blocks: Block[], address: string): boolean {
  const parsed = ipaddr.process(address);
  return blocks.some(
    ([network, bits]) => parsed.kind() === network.kind() && parsed.match([network, bits] as never),
  );
}
