/** The `for` parameter of a `Forwarded` element (RFC 7239 §4): a token, quoted or, as many proxies send it, bare. */
const FOR_PARAMETER = /(?:^|;)\s*for\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)/i;

/** An address and perhaps a port: an IPv6 address with one stands in brackets, so that it can be told apart. */
const NODE = /^(?:\[([^\]]*)\]|([^:]*))(?::[^:]*)?$/;

/**
 * The hops that proxies wrote down in `X-Forwarded-For`, or in `Forwarded` where that is absent, the one nearest to
 * this server last. Each comes without quotes, brackets and port, and may be any text.
 */
export function forwardedHops(headers: Headers): string[] {
  const forwardedFor = headers.get("x-forwarded-for");
  if (forwardedFor !== null) return listElements(forwardedFor).map(nodeAddress);
  return listElements(headers.get("forwarded") ?? "").map((element) =>
    nodeAddress(FOR_PARAMETER.exec(element)?.[1] ?? ""),
  );
}

/**
 * The elements of a list header without the empty ones (RFC 9110 §5.6.1). Read from the right, where the nearest proxy
 * wrote: a quotation mark that a client left open on the left swallows nothing.
 */
function listElements(list: string): string[] {
  const elements: string[] = [];
  let end = list.length;
  let quoted = false;
  for (let at = end - 1; at >= -1; at--) {
    if (list[at] === '"' && list[at - 1] !== "\\") quoted = !quoted;
    if (at !== -1 && (list[at] !== "," || quoted)) continue;
    elements.push(list.slice(at + 1, end).trim());
    end = at;
  }
  return elements.filter(Boolean).reverse();
}

function nodeAddress(node: string): string {
  const text = node
    .replace(/^"(.*)"$/s, "$1")
    .replace(/\\(.)/gs, "$1")
    .trim();
  const [, bracketed, plain] = NODE.exec(text) ?? [];
  return bracketed ?? plain ?? text;
}
