import type { Random } from "../support/random";
import type { Player } from "./player";

/** How often the crowd looks who is due, in milliseconds. */
const TICK_MS = 20;

/** Players who act at a measured pace, each one thing at a time. */
export class Crowd {
  private readonly idle: Player[];
  private readonly busy = new Set<Promise<void>>();

  constructor(
    readonly players: Player[],
    private readonly random: Random,
    /** Acts begun in a second, by those who are not waiting for an answer. */
    private readonly pace: number,
  ) {
    this.idle = [...players];
  }

  /** Everybody acts once, at the crowd's pace. Resolves when all have. */
  async everybody(act: (player: Player) => Promise<unknown>, stop: AbortSignal): Promise<void> {
    const waiting = this.random.shuffled(this.players);
    const acts: Promise<unknown>[] = [];
    await this.paced(() => {
      const next = waiting.pop();
      if (next) acts.push(act(next));
      return next !== undefined;
    }, stop);
    await Promise.all(acts);
  }

  /** Plays until `end` or `stop` is aborted. Resolves when the last act is over. */
  async play(end: AbortSignal, stop: AbortSignal): Promise<void> {
    await this.paced(() => {
      this.beginOne();
      return !end.aborted;
    }, stop);
    await Promise.all(this.busy);
  }

  private beginOne(): void {
    if (this.idle.length === 0) return;
    const at = this.random.integer(0, this.idle.length - 1);
    const [player] = this.idle.splice(at, 1);
    if (!player) return;
    const acting = player.act().finally(() => {
      this.idle.push(player);
      this.busy.delete(acting);
    });
    this.busy.add(acting);
  }

  /** @param begin begins one; returns whether to go on */
  private async paced(begin: () => boolean, stop: AbortSignal): Promise<void> {
    const began = performance.now();
    for (let begun = 0; !stop.aborted; await Bun.sleep(TICK_MS)) {
      const due = ((performance.now() - began) / 1_000) * this.pace;
      // What this machine was too slow for is not made up for.
      begun = Math.max(begun, Math.floor(due - this.pace));
      for (; begun < due; begun++) if (!begin()) return;
    }
  }
}
