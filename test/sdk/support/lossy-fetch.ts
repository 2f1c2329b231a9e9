/** A network that carries every request to the server and loses the answers that it is told to lose. */
export function lossyFetch() {
  const requests: string[] = [];
  /** Whether the answer to a request, as `POST /api/login`, is lost. */
  let loses: (request: string) => boolean = () => false;
  return {
    /** What went out since the last `lose`, in order. */
    requests,
    lose(next: typeof loses) {
      requests.length = 0;
      loses = next;
    },
    fetch: async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
      const request = new Request(input, init);
      const name = `${request.method} ${new URL(request.url).pathname}`;
      const response = await fetch(request);
      requests.push(name);
      if (loses(name)) throw new TypeError("The connection was lost.");
      return response;
    },
  };
}
