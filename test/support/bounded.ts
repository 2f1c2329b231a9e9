import { ask, outcome, type Reply } from "./client";
import type { Run } from "./proof";

const ANSWER_LIMIT_MS = 10_000;

/** Holds requests to an answer in time: what was asked for, or a 503 that says when to ask again. */
export function boundedAnswers(run: Run, fault: string) {
  return async (request: () => Promise<Reply | null>): Promise<Reply | null> => {
    const begin = performance.now();
    const reply = await outcome(request());
    const milliseconds = Math.round(performance.now() - begin);
    const status = reply?.status ?? 0;
    const unavailable = status === 503 && Number(reply?.headers.get("retry-after")) > 0;
    const answered = (status >= 200 && status < 300) || unavailable;
    run.check(
      answered && milliseconds <= ANSWER_LIMIT_MS,
      `${fault}: ${status || "no answer"} ${reply?.body.code ?? ""} after ${milliseconds} ms`,
    );
    return reply;
  };
}

/** Holds the server to being ready again without a restart, and within seconds. */
export async function recovered(run: Run, origin: string, fault: string): Promise<void> {
  const limit = performance.now() + ANSWER_LIMIT_MS;
  let ready = false;
  while (!ready && performance.now() < limit) {
    ready = (await ask(origin, "GET /health/ready")).status === 200;
    if (!ready) await Bun.sleep(50);
  }
  run.check(ready, `${fault}: the server is ready again`);
}
