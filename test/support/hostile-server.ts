type Behaviour = (request: Request) => Response | Promise<Response>;

export type SeenRequest = { path: string; url: string; headers: Headers; body: string };

/** A provider's API whose answers a test decides, one path at a time; those it leaves alone are well-behaved. */
export type HostileServer<Path extends string> = {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  /** Replaces a path's answers until {@link behave}. */
  misbehave(path: Path, behaviour: Behaviour): void;
  /** Everything is as it should be again, and no request has been seen. */
  behave(): void;
  /** What was asked since the last {@link behave}. */
  requests: SeenRequest[];
  asked(path: Path): SeenRequest[];
  stop(): Promise<void>;
};

export function startHostileServer<Path extends string>(
  wellBehaved: Record<Path, Behaviour>,
): HostileServer<Path> {
  const behaviours = new Map<string, Behaviour>();
  const requests: SeenRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const path = new URL(request.url).pathname as Path;
      const { url, headers } = request;
      requests.push({ path, url, headers, body: await request.clone().text() });
      const answer = behaviours.get(path) ?? wellBehaved[path];
      return answer ? answer(request) : new Response(null, { status: 404 });
    },
  });
  return {
    origin: `http://127.0.0.1:${server.port}`,
    misbehave: (path, behaviour) => void behaviours.set(path, behaviour),
    behave() {
      behaviours.clear();
      requests.length = 0;
    },
    requests,
    asked: (path) => requests.filter((request) => request.path === path),
    stop: () => server.stop(true),
  };
}

/** Answers that are none, whatever was asked. */
export const BROKEN: [what: string, answer: () => Response][] = [
  ["a 500", () => new Response("<html>oops</html>", { status: 500 })],
  ["a 502", () => Response.json({ error: "backendError" }, { status: 502 })],
  ["a 429", () => Response.json({ retry_after: 9 }, { status: 429, headers: { "retry-after": "9" } })],
  ["a redirect", () => new Response(null, { status: 302, headers: { location: "/elsewhere" } })],
  ["a 404", () => new Response(null, { status: 404 })],
  ["a page that bans this server's address", () => new Response("<html>1020</html>", { status: 403 })],
  ["a 204", () => new Response(null, { status: 204 })],
  ["a page", () => new Response("<html>Sign in to the hotel's network</html>")],
  ["half an answer", () => new Response('{"id":"')],
  ["null", () => Response.json(null)],
  ["an answer without what was asked for", () => Response.json({})],
  ["an answer without end", () => Response.json({ id: "1", padding: "x".repeat(70_000) })],
];

/** Never answers. */
export const SILENT: Behaviour = () => new Promise<Response>(() => {});
