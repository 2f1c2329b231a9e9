const CLOSED_POLL_MS = 100;
/** A closed popup's answer may still be on its way. */
const CLOSED_POLLS = 15;
/** For tens of milliseconds on its way to being cut off, a popup looks like one that can be seen at another origin. */
const CUT_OFF_MS = 400;

/**
 * Waits until the player has closed the popup. A popup that a COOP header has cut off says `closed` as well, while the
 * player is at it: so only one that could be seen at another origin for a while counts, and only while the player looks
 * here.
 */
export function untilClosed(popup: () => Window, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let elsewhereSince: number | undefined;
    let seen = false;
    let polls = 0;
    const poll = setInterval(() => {
      if (!popup().closed) {
        if (isElsewhere(popup())) elsewhereSince ??= performance.now();
        seen ||= performance.now() - (elsewhereSince ?? Infinity) > CUT_OFF_MS;
        polls = 0;
      } else if (seen && document.hasFocus() && ++polls > CLOSED_POLLS) resolve();
    }, CLOSED_POLL_MS);
    signal.addEventListener("abort", () => clearInterval(poll));
  });
}

function isElsewhere({ location }: Window): boolean {
  try {
    return !location.href;
  } catch {
    return true;
  }
}
