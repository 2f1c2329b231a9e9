import { setTimeout as sleep } from "node:timers/promises";
import { OAuthError } from "../oauth/oauth-error";

/** What one stand-in was told to do to the questions that its API is asked. */
export class Orders {
  /** HTTP status of the next answer. */
  failNext: number | null = null;
  loseNextAnswer = false;
  /** How late every answer comes. */
  slowSeconds = 0;
  readonly #stopped: AbortSignal;

  /** @param stopped ends the waiting of slow answers */
  constructor(stopped: AbortSignal) {
    this.#stopped = stopped;
  }

  forget(): void {
    this.failNext = null;
    this.loseNextAnswer = false;
    this.slowSeconds = 0;
  }

  /**
   * Answers a question of the API as the orders say that are in force when it comes.
   * @param work may throw an `OAuthError`, which is an answer too
   */
  async answer(work: () => Response | Promise<Response>): Promise<Response> {
    const { failNext, loseNextAnswer, slowSeconds } = this;
    this.failNext = null;
    this.loseNextAnswer = false;
    const answer = failNext === null ? await answerOf(work) : failure(failNext);
    if (slowSeconds > 0) await sleep(slowSeconds * 1000, null, { signal: this.#stopped }).catch(() => {});
    return loseNextAnswer ? lostAnswer() : answer;
  }
}

async function answerOf(work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OAuthError) return error.toResponse();
    throw error;
  }
}

function failure(status: number): Response {
  return new OAuthError("server_error", "An order to fail.", status).toResponse();
}

/** Its body fails before its first byte, upon which the server resets the connection without a word. */
function lostAnswer(): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error() }));
}
