const CLOSED_POLL_MS = 100;
/** A closed popup's answer may still be on its way. */
const CLOSED_POLLS = 15;
/** For tens of milliseconds on its way to being cut off, a popup looks like one that can be seen at another origin. */
const CUT_OFF_MS = 400;
/** A game that stands still between two looks has not seen the popup all the while. */
const SEEN_BY_A_LOOK_MS = 200;
/** A browser may lose a close that meets the popup in the moment it changes its site. */
const CLOSES = 10;

/**
 * Waits until the player has closed the popup, and closes it where the sign-in is over before. A popup that a COOP header has cut off says `closed` as well, while the
 * player is at it: so only one that could be seen at another origin for a while counts, and only while the player looks
 * here.
 */
export function untilClosed(popup: () => Window, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let seenMs = 0;
    let lookedAt = performance.now();
    let polls = 0;
    let closes = 0;
    const poll = setInterval(() => {
      if (signal.aborted) {
        popup().close();
        if (++closes === CLOSES) clearInterval(poll);
        return;
      }
      const sinceLook = performance.now() - lookedAt;
      lookedAt += sinceLook;
      if (!popup().closed) {
        if (isElsewhere(popup())) seenMs += Math.min(sinceLook, SEEN_BY_A_LOOK_MS);
        polls = 0;
      } else if (seenMs > CUT_OFF_MS && document.hasFocus() && ++polls > CLOSED_POLLS) resolve();
    }, CLOSED_POLL_MS);
  });
}

function isElsewhere({ location }: Window): boolean {
  try {
    return !location.href;
  } catch {
    return true;
  }
}
