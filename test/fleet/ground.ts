/** What a fleet is built on. */
export type Ground = {
  /** What is started ends with it. */
  world: AsyncDisposableStack;
  /** A folder for the files and logs of each engine. */
  home: string;
  /** Gives up whatever is waited for. */
  stop: AbortSignal;
};
