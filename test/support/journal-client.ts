import { ask, bearer, freshAccount, freshName, googleToken, outcome, type Reply, refresh } from "./client";
import type { Run } from "./proof";

const MOST_DEVICES = 6;

/** A signed-in device, as its last answer left it. */
type Device = { refresh_token: string; access_token: string; leaving: boolean };

/**
 * One player who remembers every answer of the server, and holds it to them. A request without an answer may have
 * been done or not; whichever it was, the next one must work.
 */
export class JournalClient {
  private readonly account = freshAccount();
  private readonly devices = new Set<Device>();
  private readonly left: string[] = [];
  private userId: number | undefined;
  /** The acknowledged name, then those asked for since without an answer. */
  private names: string[] = [];

  constructor(
    private readonly run: Run,
    private readonly server: { origin: string },
    private readonly google: { origin: string },
  ) {}

  /** One request of a random kind. Resolves with its answer, or null when there was none. */
  async step(): Promise<Reply | null> {
    const { random } = this.run;
    const device = random.pick([...this.devices]);
    if (!device) return this.signIn();
    if (device.leaving) return this.signOut(device);
    const kind = random.fraction();
    if (kind < 0.15 && this.devices.size < MOST_DEVICES) return this.signIn();
    if (kind < 0.35) return this.rename(device);
    if (kind < 0.45 && this.devices.size > 1) return this.signOut(device);
    return this.refresh(device);
  }

  /** With the server well again: holds it to every answer so far. */
  async verify(): Promise<void> {
    for (const device of this.devices) {
      if (device.leaving) {
        const reply = await insist(() => this.signOut(device));
        this.run.check(reply?.status === 200, `a logout works when repeated (${reply?.status})`);
        continue;
      }
      const reply = await insist(() => this.refresh(device));
      this.run.check(reply?.status === 200, `no session is dead (${reply?.status} ${reply?.body.code})`);
      const me = await insist(() => ask(this.server.origin, "GET /api/me", undefined, bearer(device)));
      const name = me?.body.user?.name ?? "";
      this.run.check(this.names.includes(name), `the name is the one acknowledged (${me?.status})`);
      this.names = [name];
    }
    for (const token of this.left.splice(0)) {
      const reply = await insist(() => refresh(this.server.origin, token));
      this.run.check(reply?.body.code === "invalid_grant", `a logout stays (${reply?.status})`);
    }
  }

  private async signIn(): Promise<Reply | null> {
    const access_token = await googleToken(this.google, this.account);
    const reply = await outcome(ask(this.server.origin, "POST /api/login", { access_token }));
    if (reply?.status !== 200) return reply;
    const { user } = reply.body;
    this.userId ??= user.id;
    if (this.names.length === 0) this.names = [user.name];
    this.run.check(user.id === this.userId, "the account is the same player");
    this.devices.add({ ...reply.body, leaving: false });
    return reply;
  }

  private async refresh(device: Device): Promise<Reply | null> {
    const reply = await outcome(refresh(this.server.origin, device.refresh_token));
    if (reply?.status === 200) Object.assign(device, reply.body);
    this.run.check(reply?.status !== 401, "a refresh is never refused");
    return reply;
  }

  private async rename(device: Device): Promise<Reply | null> {
    const new_username = freshName();
    this.names.push(new_username);
    const reply = await outcome(
      ask(this.server.origin, "POST /api/update_username", { new_username }, bearer(device)),
    );
    if (reply?.status === 200) this.names = [new_username];
    return reply;
  }

  private async signOut(device: Device): Promise<Reply | null> {
    device.leaving = true;
    const { refresh_token } = device;
    const reply = await outcome(ask(this.server.origin, "POST /api/logout", { refresh_token }));
    if (reply?.status !== 200) return reply;
    this.devices.delete(device);
    this.left.push(refresh_token);
    return reply;
  }
}

/** Repeats what a game would: no answer, or a 503, is not an answer yet. */
export async function insist(request: () => Promise<Reply | null>): Promise<Reply | null> {
  for (let attempt = 1; ; attempt++) {
    const reply = await request().catch(() => null);
    if ((reply && reply.status !== 503) || attempt === 5) return reply;
    await Bun.sleep(200);
  }
}

/**
 * Players who keep asking until told to stop.
 * @param watch stands around each request
 */
export function startLoad(
  clients: JournalClient[],
  watch: (request: () => Promise<Reply | null>) => Promise<Reply | null> = (request) => request(),
): () => Promise<void> {
  let stopping = false;
  const running = clients.map(async (client) => {
    while (!stopping) {
      const reply = await watch(() => client.step());
      if (reply?.status !== 200) await Bun.sleep(20);
    }
  });
  return async () => {
    stopping = true;
    await Promise.all(running);
  };
}
