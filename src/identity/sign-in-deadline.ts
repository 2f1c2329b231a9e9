import { withDeadline } from "../deadline";
import { refusal } from "./refusals";

/** How long a provider may take for one sign-in in all, in milliseconds, however many questions it takes. */
const SIGN_IN_DEADLINE_MS = 8_000;

/** Waits for an answer until the sign-in's time is over; `cause` tells the log what was waited for. */
export type Deadline = <T>(answer: Promise<T>, cause?: string) => Promise<T>;

/**
 * The deadline of a sign-in that begins now.
 * @throws {ApiError} google_unavailable or provider_unavailable_now from the returned function, once the time is over
 */
export function startDeadline(provider: string, milliseconds = SIGN_IN_DEADLINE_MS): Deadline {
  const endsAt = performance.now() + milliseconds;
  return (answer, cause = "sign_in_deadline") =>
    withDeadline(answer, Math.max(0, endsAt - performance.now()), () =>
      refusal(provider, "unavailable", { cause }),
    );
}
