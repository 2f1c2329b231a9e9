/**
 * Waits until something holds, looking four times a second.
 * @param what for the error, as in "a leader"
 * @throws after `seconds`, and when `stop` is aborted
 */
export async function until<T>(
  what: string,
  holds: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  { seconds = 60, stop }: { seconds?: number; stop?: AbortSignal | undefined } = {},
): Promise<T> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    stop?.throwIfAborted();
    const found = await holds();
    if (found) return found;
    if (performance.now() > end) throw new Error(`There was no ${what} within ${seconds} s.`);
    await Bun.sleep(250);
  }
}
