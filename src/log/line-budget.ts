const WINDOW_MS = 60_000;
const LINES_PER_WINDOW = 10;

/** More kinds than this at once are forgotten; there are about as many as routes times causes. */
const MAXIMUM_KINDS = 1_000;

type Window = { endsAt: number; lines: number; suppressed: number };

/** Says whether a line may be written: null when not, else how many of its kind were suppressed before it. */
export type LineBudget = (kind: string) => number | null;

/** Ten lines a minute of each kind, so that an outage says what it is and does not fill the disk. */
export function createLineBudget(): LineBudget {
  const windows = new Map<string, Window>();
  return (kind) => {
    const now = performance.now();
    const window = windows.get(kind);
    if (window && now < window.endsAt) {
      if (window.lines === LINES_PER_WINDOW) {
        window.suppressed++;
        return null;
      }
      window.lines++;
      return 0;
    }
    if (windows.size >= MAXIMUM_KINDS) windows.clear();
    windows.set(kind, { endsAt: now + WINDOW_MS, lines: 1, suppressed: 0 });
    return window?.suppressed ?? 0;
  };
}
