import { GUEST } from "../users/model";
import { RefusedRecord } from "./player";

/** `provider:subject`, as `bun run admin find` takes it; spaces and per cents of a subject are percent-encoded. */
export function identityText({ provider, subject }: { provider: string; subject: string }): string {
  return `${provider}:${subject.replaceAll(/[%\s]/gu, encodeURIComponent)}`;
}

/** Identities with spaces between them; a guest's is the word alone. @throws {RefusedRecord} bad_identity */
export function identitiesIn(text: string): { provider: string; subject: string }[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      if (word === GUEST) return { provider: GUEST, subject: "" };
      const colon = word.indexOf(":");
      if (colon < 1) throw new RefusedRecord("bad_identity");
      return { provider: word.slice(0, colon), subject: decoded(word.slice(colon + 1)) };
    });
}

function decoded(subject: string): string {
  try {
    return decodeURIComponent(subject);
  } catch {
    throw new RefusedRecord("bad_identity");
  }
}
