import { describe, expect, test } from "bun:test";
import { addressBlocks, createAddressReader, isSameNetwork } from "../../src/http/address";

const forwarded = (value: string) => new Headers({ "x-forwarded-for": value });

describe("S52 the address of a request", () => {
  const direct = createAddressReader([]);
  const behindProxies = createAddressReader(["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48", "::1"]);

  test("is its peer's", () => {
    expect(direct("198.51.100.1", new Headers())).toBe("198.51.100.1");
    expect(direct("2001:db8::7", new Headers())).toBe("2001:db8::7");
    expect(direct(undefined, new Headers())).toBe("unknown");
  });

  test("is an IPv4 peer's own on a socket for both kinds", () => {
    expect(direct("::ffff:198.51.100.1", new Headers())).toBe("198.51.100.1");
    expect(behindProxies("::ffff:10.0.0.1", forwarded("198.51.100.1"))).toBe("198.51.100.1");
  });

  test.each(["198.51.100.9", "127.0.0.1", "10.1.1.1, 198.51.100.9", "<script>", ""])(
    "is not what a stranger forwards: %j",
    (value) => {
      expect(direct("198.51.100.1", forwarded(value))).toBe("198.51.100.1");
      expect(behindProxies("198.51.100.1", forwarded(value))).toBe("198.51.100.1");
    },
  );

  test.each([
    ["one hop", "198.51.100.1", "198.51.100.1"],
    ["one hop, IPv6", "2001:db8:2::7", "2001:db8:2::7"],
    ["hops through proxies of ours", "198.51.100.1, 10.2.2.2, 192.0.2.7", "198.51.100.1"],
    ["a forged hop before the real one", "127.0.0.1, 198.51.100.1", "198.51.100.1"],
    ["a forged proxy before the real hop", "10.9.9.9, 198.51.100.1, 10.2.2.2", "198.51.100.1"],
    ["proxies only", "10.3.3.3, 10.2.2.2", "10.3.3.3"],
    ["no hop", "", "10.0.0.1"],
    ["a word", "unknown", "10.0.0.1"],
    ["a word before a proxy", "evil\u00a0, 10.2.2.2", "10.2.2.2"],
    ["an address with a port, as Azure writes it", "198.51.100.1:5000", "198.51.100.1"],
    ["an IPv6 address with a port", "[2001:db8::7]:51234", "2001:db8::7"],
    ["an IPv6 address in brackets", "[2001:db8::7]", "2001:db8::7"],
    ["a quoted address", '"198.51.100.1"', "198.51.100.1"],
    ["a quoted address with a port", '"[2001:db8::7]:51234"', "2001:db8::7"],
    ["a trailing comma", "198.51.100.1, ", "198.51.100.1"],
    ["empty hops in between", " , 198.51.100.1:80,, 10.2.2.2 ,", "198.51.100.1"],
    ["an IPv4 address in IPv6 form", "::ffff:198.51.100.1", "198.51.100.1"],
    ["a hop with a port before a proxy with one", "198.51.100.1:1, 10.2.2.2:2", "198.51.100.1"],
    ["a quotation mark left open before the real hop", '", 198.51.100.1', "198.51.100.1"],
    ["one before a quoted hop", '"9.9.9.9, "[2001:db8::7]:1"', "2001:db8::7"],
    ["a number that only C reads as an address", "3325256705", "10.0.0.1"],
    ["an octal address", "0306.063.0144.01", "10.0.0.1"],
    ["a port alone", ":5000", "10.0.0.1"],
    ["a link-local address with its interface", "fe80::1%eth0, 2001:DB8:1:0::9", "fe80::1%eth0"],
  ])("is what a proxy of ours saw: %s", (_what, value, expected) => {
    expect(behindProxies("10.0.0.1", forwarded(value))).toBe(expected);
  });

  test.each([
    ["one hop", "for=198.51.100.1", "198.51.100.1"],
    ["all of an element", 'For="198.51.100.1:80";proto=https;by=10.0.0.1', "198.51.100.1"],
    ["for as the last parameter", "proto=https; for=198.51.100.1", "198.51.100.1"],
    ["a port without quotes", "for=198.51.100.1:5000", "198.51.100.1"],
    ["IPv6 with a port", 'for="[2001:db8::7]:51234"', "2001:db8::7"],
    ["hops through proxies of ours", "for=198.51.100.1, for=10.2.2.2", "198.51.100.1"],
    ["a forged hop before the real one", "for=127.0.0.1, for=198.51.100.1", "198.51.100.1"],
    ["a trailing comma", "for=198.51.100.1,", "198.51.100.1"],
    ["a hidden client", "for=_hidden, for=10.2.2.2", "10.2.2.2"],
    ["an unknown client", "for=unknown", "10.0.0.1"],
    ["no client", "proto=https", "10.0.0.1"],
    ["a parameter that only ends in for", "xfor=127.0.0.1", "10.0.0.1"],
    ["a hop in the name of the host", 'for=198.51.100.1;host="a, for=127.0.0.1;x="', "198.51.100.1"],
    ["a quotation mark left open", 'for=127.0.0.1;a=", for=198.51.100.1;host="a\\"b"', "198.51.100.1"],
  ])("is what Forwarded tells of it (RFC 7239): %s", (_what, forwarded, expected) => {
    expect(behindProxies("10.0.0.1", new Headers({ forwarded }))).toBe(expected);
    expect(direct("10.0.0.1", new Headers({ forwarded }))).toBe("10.0.0.1");
  });

  test("is that of X-Forwarded-For when both headers are there", () => {
    const both = new Headers({ "x-forwarded-for": "198.51.100.1", forwarded: "for=127.0.0.1" });
    expect(behindProxies("10.0.0.1", both)).toBe("198.51.100.1");
  });

  test("is a proxy's by its IPv6 block, too", () => {
    expect(behindProxies("2001:db8:1:2::3", forwarded("198.51.100.1"))).toBe("198.51.100.1");
    expect(behindProxies("2001:db8:2::3", forwarded("198.51.100.1"))).toBe("2001:db8:2::3");
  });
});

describe("S53 what a limit counts by", () => {
  test.each([
    ["198.51.100.1", ["198.51.100.1"]],
    ["2001:db8:1:2:3:4:5:6", ["20010db800010002/64", "20010db8000100/56", "20010db80001/48"]],
    ["2001:DB8:1:2::6", ["20010db800010002/64", "20010db8000100/56", "20010db80001/48"]],
    ["::1", ["0000000000000000/64", "00000000000000/56", "000000000000/48"]],
    ["unknown", ["unknown"]],
  ])("%s counts by %j", (address, blocks) => {
    expect(addressBlocks(address)).toEqual(blocks);
  });

  test.each([
    ["198.51.100.1", "198.51.100.1", true],
    ["198.51.100.1", "198.51.100.2", false],
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::1", true],
    ["2001:db8:1:2::1", "2001:db8:1:ff::1", true],
    ["2001:db8:1:2::1", "2001:db8:1:102::1", false],
    ["2001:db8:1:2::1", "198.51.100.1", false],
  ])("%s and %s are one subscriber's: %p", (one, other, same) => {
    expect(isSameNetwork(one, other)).toBe(same);
  });
});

describe("a proxy that is not trusted", () => {
  const headers = forwarded("203.0.113.9");

  test("is told of once when its address is private", () => {
    const told: string[] = [];
    const read = createAddressReader([], (peer) => told.push(peer));
    expect(read("10.0.0.7", headers)).toBe("10.0.0.7");
    read("10.0.0.8", headers);
    expect(told).toEqual(["10.0.0.7"]);
  });

  test.each([
    ["a public address", "203.0.113.7", [], headers],
    ["a private one without the header", "10.0.0.7", [], new Headers()],
    ["a trusted one", "10.0.0.7", ["10.0.0.0/8"], headers],
  ])("is not %s", (_what, peer, trusted, given) => {
    const told: string[] = [];
    createAddressReader(trusted, (proxy) => told.push(proxy))(peer, given);
    expect(told).toEqual([]);
  });
});
