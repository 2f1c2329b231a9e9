import { withDeadline } from "../deadline";
import { ApiError } from "../errors";

/** How long Google may take for one sign-in in all, in milliseconds, however many questions it takes. */
const SIGN_IN_DEADLINE_MS = 8_000;

/** Waits for an answer until the sign-in's time is over. */
export type Deadline = <T>(answer: Promise<T>) => Promise<T>;

/**
 * The deadline of a sign-in that begins now.
 * @throws {ApiError} google_unavailable from the returned function, once the time is over
 */
export function startDeadline(): Deadline {
  const endsAt = performance.now() + SIGN_IN_DEADLINE_MS;
  const late = () => new ApiError("google_unavailable", { cause: "sign_in_deadline" });
  return (answer) => withDeadline(answer, Math.max(0, endsAt - performance.now()), late);
}
