import type { Answer, Cast, Question, Run, RunResult } from "./protocol";

/** The load generator, in a process of its own. */
export type Client = {
  pid: number;
  cast(cast: Cast): Promise<void>;
  /** @throws when any answer had another status than expected */
  run(run: Run): Promise<RunResult>;
  stop(): void;
};

export function startClient(): Client {
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let asked = 0;
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/main.ts`], {
    stdout: "inherit",
    stderr: "inherit",
    ipc(answer: Answer) {
      const waiter = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.error) waiter?.reject(new Error(answer.error));
      else waiter?.resolve(answer);
    },
  });
  const ask = (question: Question extends infer Q ? Omit<Q, "id"> : never) =>
    new Promise<Answer>((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      child.send({ id, ...question });
    });
  return {
    pid: child.pid,
    async cast(cast) {
      await ask({ do: "cast", cast } as never);
    },
    async run(run) {
      const { result } = await ask({ do: "run", run } as never);
      if (!result) throw new Error("the client gave no result");
      if (result.failed > 0) {
        throw new Error(
          `${run.contestant}, ${run.operation}: ${result.failed} failed, for example\n${result.failures[0]}`,
        );
      }
      return result;
    },
    stop: () => child.kill(),
  };
}
