import { userInfo } from "node:os";
import type { By } from "../../src/audit/event";

/** Whoever runs the command, as the operating system knows them. */
export function byOperator(reason?: string): By {
  return {
    actor: { kind: "operator", id: userInfo().username.slice(0, 64) },
    ...(reason !== undefined && { reason }),
  };
}
