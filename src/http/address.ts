import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { forwardedHops } from "./forwarded";

/** Finds out which address a request came from. */
export type AddressReader = (peer: string | undefined, headers: Headers) => string;

/**
 * The peer's address, or, when the peer is a trusted proxy, the nearest address in `X-Forwarded-For` (`Forwarded`,
 * RFC 7239, where that is absent) that is not itself one. From anybody else these headers count for nothing.
 * @param trustedProxies addresses and CIDR blocks
 */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const trusted = trustedProxies.map(parseRange);
  const isTrusted = (address: string) => {
    const parsed = ipaddr.process(address);
    return trusted.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  };

  return (peer, headers) => {
    let address = unmapped(peer ?? "");
    if (trusted.length === 0 || !isIP(address)) return address || "unknown";
    if (!isTrusted(address)) return address;
    const hops = forwardedHops(headers);
    while (isTrusted(address)) {
      const next = hops.pop();
      if (next === undefined || !isIP(next)) break;
      address = unmapped(next);
    }
    return address;
  };
}

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, prefixBits: number];

function parseRange(text: string): Range {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv6" ? 128 : 32];
}

/** Bun reports IPv4 peers of a dual-stack socket as `::ffff:a.b.c.d`, and so do proxies. */
function unmapped(address: string): string {
  return /^::ffff:/i.test(address) && isIP(address) ? ipaddr.process(address).toString() : address;
}

/** What a limit counts by: an IPv4 address, or the /64 that one IPv6 subscriber has. */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  const network = parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
