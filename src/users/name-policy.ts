import type { NamesConfig } from "../config/config";
import { lazy } from "../lazy";
import { createReservedCheck } from "./reserved-names";
import { type ParsedUsername, parseUsername, refusal } from "./username";

/** {@link parseUsername} as the settings have it: what it takes, this may refuse. */
export type NamePolicy = (input: string) => ParsedUsername;

/**
 * What new names have to be here; names that players have already are none of its affair. Loads on first use: a start
 * needs no names.
 */
export function createNamePolicy({ profanity, reserved }: NamesConfig): () => Promise<NamePolicy> {
  return lazy(async () => {
    const isReserved = createReservedCheck(reserved);
    const isProfane =
      profanity.length > 0 ? (await import("./profanity")).createProfanityCheck(profanity) : undefined;
    return (input) => {
      const parsed = parseUsername(input);
      if (!parsed.ok) return parsed;
      if (isReserved(parsed.name)) return refusal("reserved");
      if (isProfane?.(parsed.name)) return refusal("profane");
      return parsed;
    };
  });
}
