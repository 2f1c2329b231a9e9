/**
 * How long an answer may be kept by its own word: `max-age` less the `Age` that it came with (RFC 9111 §4.2).
 * @returns milliseconds, or null when it does not say
 */
export function freshnessMs(headers: Headers): number | null {
  const control = headers.get("cache-control") ?? "";
  if (/\bno-(store|cache)\b/i.test(control)) return 0;
  const seconds = control.match(/(?:^|[\s,])max-age="?(\d+)/i)?.[1];
  if (seconds === undefined) return null;
  const age = Number(headers.get("age")) || 0;
  return (Number(seconds) - Math.max(age, 0)) * 1_000;
}
