import type { By } from "../audit/event";
import type { Clock } from "../clock";
import type { KeyRing } from "../session/keys";
import { newUuidv7 } from "../session/uuidv7";
import type { Transact } from "../stores";
import { createSigningKeys } from "./signing-keys";

export type RotateSigningKeyDeps = {
  transact: Transact;
  keyRing: KeyRing;
  clock: Clock;
  onWarning: (line: string) => void;
  /** How long what the keys sign is good, in seconds. */
  tokenLifetimeSeconds: number;
};

/** Lets another key sign id tokens, within a minute on every server. @returns its id */
export async function rotateSigningKey(
  { transact, tokenLifetimeSeconds, ...deps }: RotateSigningKeyDeps,
  by: By,
): Promise<string> {
  return transact(async ({ signingKeys, audit }) => {
    const keys = createSigningKeys({ ...deps, signingKeys }, tokenLifetimeSeconds);
    const { id: before } = await keys.current();
    const { id } = await keys.rotate();
    await audit.append(newUuidv7(deps.clock), {
      action: "signing_key_rotate",
      userId: null,
      before: { kid: before },
      after: { kid: id },
      ...by,
    });
    return id;
  });
}
