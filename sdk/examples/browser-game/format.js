export function progressOf({ guest, level, stars }) {
  return `${guest ? "Guest · " : ""}Level ${level} · ★ ${stars}`;
}

/** `14 Dec 2026`, with `timeStyle` also the time. */
export function dateOf(date, timeStyle) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle }).format(
    date,
  );
}
