/** A way in that the account server has. */
export interface Provider {
  /** For `login({ provider })` and `link()`: `google`, `discord`, `guest`, … */
  readonly id: string;
  /** What players call it: `Google`. */
  readonly name: string;
  /** Whether it has a page to sign in at, for `login({ provider })` and `link()`. */
  readonly page: boolean;
  /** Whether that page is for `link()` alone. */
  readonly linksOnly: boolean;
}

interface ProviderAnswer extends Omit<Provider, "linksOnly"> {
  readonly links_only: boolean;
}

/** The ways in that the answer of `GET /api/providers` has, without unknown fields. */
export function parseProviders(answer: Record<string, unknown>): Provider[] {
  return ((answer.providers ?? []) as ProviderAnswer[]).map(
    ({ id, name, page = false, links_only = false }) => ({ id, name, page, linksOnly: links_only }),
  );
}
