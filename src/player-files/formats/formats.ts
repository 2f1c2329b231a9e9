import { firebase } from "./firebase";
import type { Format } from "./format";
import { nakama } from "./nakama";
import { own } from "./own";
import { playfab } from "./playfab";

/** What `bun run import --from` takes. */
export const FORMATS = { csv: own, json: own, firebase, nakama, playfab } satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}
