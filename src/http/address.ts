import { BlockList, isIP } from "node:net";

/** Finds out which address a request came from. */
export type AddressReader = (peer: string | undefined, headers: Headers) => string;

/**
 * The peer's address, or, when the peer is a trusted proxy, the nearest address in `X-Forwarded-For` that is
 * not itself one. From anybody else the header counts for nothing.
 * @param trustedProxies addresses and CIDR blocks
 */
export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    trusted.addSubnet(address, Number(prefix ?? (family === "ipv6" ? 128 : 32)), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return (peer, headers) => {
    let address = plain(peer ?? "");
    if (trustedProxies.length === 0 || !isIP(address)) return address || "unknown";
    const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => plain(hop.trim()));
    while (isTrusted(address) && hops.length > 0) {
      const next = hops.pop() as string;
      if (!isIP(next)) break;
      address = next;
    }
    return address;
  };
}

/** Bun reports IPv4 peers of a dual-stack socket as `::ffff:a.b.c.d`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** What a limit counts by: an IPv4 address, or the /64 that one IPv6 subscriber has. */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(zeros, 0)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
