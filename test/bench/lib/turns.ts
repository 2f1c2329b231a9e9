const PERIOD_MS = 20;
const TURN_MS = 8;

/** The part of the time that each process gets. */
export const SHARE = TURN_MS / PERIOD_MS;

/**
 * Lets up to two processes run for 8 of every 20 ms, never both at once, as on two slow cores of their own: whatever
 * they are, one core of the machine is left to the client and the database.
 * @returns gives them the whole time again
 */
export function takeTurns(pids: readonly number[]): () => Promise<void> {
  let going = true;
  const turn = async (pid: number | undefined) => {
    if (pid !== undefined) process.kill(pid, "SIGCONT");
    await Bun.sleep(TURN_MS);
    if (pid !== undefined) process.kill(pid, "SIGSTOP");
  };
  const turns = async () => {
    while (going) {
      await turn(pids[0]);
      await turn(pids[1]);
      await Bun.sleep(PERIOD_MS - 2 * TURN_MS);
    }
  };
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  const running = turns();
  return async () => {
    going = false;
    await running;
    for (const pid of pids) process.kill(pid, "SIGCONT");
  };
}
