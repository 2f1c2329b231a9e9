import type { Random } from "../../support/random";
import type { Fleet } from "../fleet";

/** Something that happens to a fleet while people play. */
export type FleetEvent = {
  /** What it is called in the table. */
  name: string;
  /** Resolves when it has been dealt with as an operator does, or by itself. */
  happen(fleet: Fleet, tools: Tools): Promise<void>;
};

export type Tools = {
  /** The folder for files of the run. */
  home: string;
  random: Random;
  stop: AbortSignal;
  say(line: string): void;
};
