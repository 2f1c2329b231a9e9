import { BlockList, isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { forwardedHops } from "./forwarded";

/** Finds out which address a request came from. */
export type AddressReader = (peer: string | undefined, headers: Headers) => string;

/**
 * The peer's address, or, when the peer is a trusted proxy, the nearest address in `X-Forwarded-For` (`Forwarded`,
 * RFC 7239, where that is absent) that is not itself one. From anybody else these headers count for nothing.
 * @param trustedProxies addresses and CIDR blocks
 * @param onUntrustedProxy told, once, of a peer that is a proxy by its looks, and is not among them
 */
export function createAddressReader(
  trustedProxies: readonly string[],
  onUntrustedProxy: (peer: string) => void = () => {},
): AddressReader {
  const trusted = blockList(trustedProxies);
  const isTrusted = (address: string) => trusted.check(address, familyOf(address));
  let isTold = false;

  return (peer, headers) => {
    let address = unmapped(peer ?? "");
    if (!isIP(address)) return address || "unknown";
    if (!isTrusted(address)) {
      if (!isTold && headers.has("x-forwarded-for") && isPrivate(address)) {
        isTold = true;
        onUntrustedProxy(address);
      }
      return address;
    }
    const hops = forwardedHops(headers);
    do {
      const next = hops.pop();
      if (next === undefined || !isIP(next)) break;
      address = unmapped(next);
    } while (isTrusted(address));
    return address;
  };
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    if (bits === undefined) list.addAddress(unmapped(address), familyOf(unmapped(address)));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** As the networks behind a proxy have them. */
const PRIVATE_RANGES = new Set(["private", "uniqueLocal", "loopback", "linkLocal", "carrierGradeNat"]);

function isPrivate(address: string): boolean {
  return PRIVATE_RANGES.has(ipaddr.parse(address).range());
}

/** Bun reports IPv4 peers of a dual-stack socket as `::ffff:a.b.c.d`, and so do proxies. */
function unmapped(address: string): string {
  return /^::ffff:/i.test(address) && isIP(address) ? ipaddr.process(address).toString() : address;
}

/** Bits of the IPv6 networks that limits count by: of a subscriber's network, of a subscriber, of a site. */
const IPV6_PREFIXES = [64, 56, 48] as const;

/**
 * What a limit counts by, the narrowest first: an IPv4 address, or the three networks that one IPv6 customer may have
 * (RFC 6177).
 */
export function addressBlocks(address: string): string[] {
  if (isIP(address) !== 6) return [address];
  const bytes = ipaddr.IPv6.parse(address).toByteArray();
  return IPV6_PREFIXES.map((bits) => `${Buffer.from(bytes.slice(0, bits / 8)).toString("hex")}/${bits}`);
}

/** Whether two addresses are one IPv4 address, or of one IPv6 subscriber (/56). */
export function isSameNetwork(one: string, other: string): boolean {
  return networkOf(one) === networkOf(other);
}

function networkOf(address: string): string {
  const [block = address, subscriber = block] = addressBlocks(address);
  return subscriber;
}
