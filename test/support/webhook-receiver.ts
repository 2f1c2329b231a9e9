/** A webhook as its receiver got it. */
export type Received = {
  id: string;
  headers: Record<string, string>;
  text: string;
  body: {
    type: string;
    timestamp: string;
    data: { player: { id: number; name: string }; [member: string]: unknown };
  };
  /** What it was answered with. */
  status: number;
};

export type Answering = (received: Omit<Received, "status">) => Response | Promise<Response>;

/** A server of the studio's, on a port of its own. By default it takes everything. */
export function startReceiver(answering: Answering = () => new Response()) {
  const received: Received[] = [];
  let answer = answering;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const text = await request.text();
      const headers = Object.fromEntries(request.headers);
      const message = { id: headers["webhook-id"] ?? "", headers, text, body: JSON.parse(text) };
      const response = await answer(message);
      received.push({ ...message, status: response.status });
      return response;
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/hooks?key=in-the-url`,
    /** Everything it was sent, in order. */
    received,
    /** What it took, each once. */
    taken: () => {
      const taken = received.filter(({ status }) => status < 300);
      return [...new Map(taken.map((message) => [message.id, message])).values()];
    },
    answerWith(next: Answering) {
      answer = next;
    },
    stop: () => server.stop(true),
  };
}

export type Receiver = ReturnType<typeof startReceiver>;
