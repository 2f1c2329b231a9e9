import { connect } from "node:net";

export type RawAnswer = {
  /** Everything that came back. */
  text: string;
  /** The status of the first answer that is final; 0 when there was none. */
  status: number;
  /** Final answers on the connection. */
  answers: number;
  /** Whether the server closed the connection. */
  closed: boolean;
};

const QUIET_MS = 150;
/** For an end that an answer has announced, on a busy machine. */
const CLOSING_MS = 10_000;

/**
 * Sends bytes as they stand and reads until the connection closes or, where no answer says that it will, has been quiet for
 * a moment: for requests that no client would make.
 * @param patienceMs how long to wait for an answer that may never come
 */
export function raw(
  server: { origin: string },
  request: string | string[],
  patienceMs?: number,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.origin);
  return new Promise((resolve) => {
    let text = "";
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const socket = connect(Number(port), hostname);
    const finish = (closed: boolean) => {
      clearTimeout(quiet);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d)/g)].map(([, status]) => Number(status));
      resolve({ text, status: statuses[0] ?? 0, answers: statuses.length, closed });
    };
    if (patienceMs !== undefined) quiet = setTimeout(finish, patienceMs, false);
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      text += chunk;
      clearTimeout(quiet);
      const isClosing = /^connection: close\r$/im.test(text);
      quiet = setTimeout(finish, isClosing ? CLOSING_MS : QUIET_MS, false);
    });
    socket.on("error", () => finish(true));
    socket.on("close", () => finish(true));
    for (const part of [request].flat()) socket.write(part, "latin1");
  });
}
