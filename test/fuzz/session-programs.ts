import fc from "fast-check";
import type { Config } from "../../src/config/config";
import { openEmbeddedForTest } from "../support/databases";
import { freshAccount, googleTokens } from "../support/players";
import type { Proof } from "../support/proof";
import { type Answer, bearer, get, post, send } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { MAXIMUM_SESSIONS, SessionModel } from "./support/session-model";

/** Two clients of one player, and a thief who signs in with nothing but what was stolen from them. */
const CLIENTS = [0, 1] as const;
const THIEF = 2;
type Actor = 0 | 1 | 2;

type Step =
  | { do: "login" | "steal" | "logout" | "revoke" | "revokeAll"; client: 0 | 1 }
  | { do: "refresh" | "loseAnswer" | "me"; actor: Actor }
  | { do: "replay"; actor: Actor; back: number }
  | { do: "tick"; seconds: number };

/** Multiples of half a minute, as are all limits, so that the milliseconds that pass meanwhile decide nothing. */
const MOMENTS = [30, 30, 60, 90];
const AGES = [3_600, 15 * 86_400, 31 * 86_400, 200 * 86_400];

const client = fc.constantFrom(...CLIENTS);
const actor = fc.constantFrom<Actor>(0, 1, THIEF);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("refresh" as const), actor }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("loseAnswer" as const), actor }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("replay" as const), actor, back: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("steal" as const), client }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("me" as const), actor }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("login" as const), client }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("logout", "revoke", "revokeAll"), client }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("tick" as const), seconds: fc.constantFrom(...MOMENTS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("tick" as const), seconds: fc.constantFrom(...AGES) }),
  },
);
const signedIn = CLIENTS.map((client): Step => ({ do: "login", client }));
const programs = fc
  .array(anyStep, { minLength: 15, maxLength: 35, size: "max" })
  .map((steps) => [...signedIn, ...steps]);

export const sessionPrograms: Proof = {
  name: "session model",
  title:
    "S26 S28 S30 S31 S32 S33 S34 S36 S37 S38 random programs of two clients and a thief do what the model says",
  database: "embedded",
  shortRounds: 4,
  longRounds: 2_000,
  share: 3,
  async prepare(run) {
    const database = await openEmbeddedForTest();
    run.world.defer(() => database.close());
    return async () => {
      const server = await startTestServer({ database, adjust: fewSessions });
      const outcome = await fc.check(
        fc.asyncProperty(programs, async (program) => {
          run.fault(program.filter((step) => step.do === "steal" || step.do === "replay").length);
          await new Play(server, () => run.check(true, "")).run(program);
        }),
        { seed: run.random.integer(0, 2 ** 31), numRuns: 5, interruptAfterTimeLimit: 30_000 },
      );
      if (outcome.failed) {
        run.check(false, `${outcome.errorInstance} ${JSON.stringify(outcome.counterexample)}`);
      }
      await server.stop();
    };
  },
};

const fewSessions = (config: Config): Config => ({
  ...config,
  security: { ...config.security, maxSessionsPerUser: MAXIMUM_SESSIONS },
});

type Held = { session: number; generation: number; accessToken: string; issued: number };

/** One program, carried out on the server and on the model side by side. */
class Play {
  private readonly model = new SessionModel();
  private readonly account = freshAccount();
  private readonly held: (Held | undefined)[] = [];
  private readonly ids: string[] = [];
  /** Every refresh token by session and generation: there is exactly one of each. */
  private readonly tokens: string[][] = [];

  constructor(
    private readonly server: TestServer,
    private readonly onCheck: () => void,
  ) {}

  async run(program: Step[]): Promise<void> {
    const before = await this.replaysLogged();
    for (const step of program) {
      await this.carryOut(step);
      // No two sessions are ever used in the same millisecond.
      this.server.clock.advance(0.001);
    }
    this.expect("replays in the log", (await this.replaysLogged()) - before, this.model.replays);
  }

  private async carryOut(step: Step): Promise<void> {
    switch (step.do) {
      case "tick":
        this.model.now += step.seconds;
        return this.server.clock.advance(step.seconds);
      case "login":
        return this.login(step.client);
      case "steal":
        this.held[THIEF] = this.held[step.client] ?? this.held[THIEF];
        return;
      case "refresh":
      case "loseAnswer":
        return this.refresh(step.actor, 0, step.do === "refresh");
      case "replay":
        return this.refresh(step.actor, step.back, false);
      case "me":
        return this.me(step.actor);
      case "logout":
        return this.logout(step.client);
      case "revoke":
        return this.revoke(step.client);
      case "revokeAll":
        return this.revokeAll(step.client);
    }
  }

  private async login(client: number): Promise<void> {
    const { access_token } = await googleTokens(this.server, { account: this.account });
    const { status, body } = await post(this.server, "/api/login", { access_token });
    this.expect("login", status, 200);
    const session = this.model.login();
    const claims = Buffer.from(body.access_token.split(".")[1] ?? "", "base64url").toString();
    this.ids[session] = JSON.parse(claims).sid;
    this.tokens[session] = [body.refresh_token];
    this.held[client] = { session, generation: 0, accessToken: body.access_token, issued: this.model.now };
  }

  private async refresh(actor: Actor, back: number, keep: boolean): Promise<void> {
    const held = this.held[actor];
    if (!held) return;
    const { session } = held;
    const generation = Math.max(held.generation - back, 0);
    const refresh_token = this.tokens[session]?.[generation] ?? "";
    const { status, body } = await post(this.server, "/api/refresh", { refresh_token });
    const successor = this.model.refresh(session, generation);
    this.expect("refresh", status, successor === null ? 401 : 200);
    if (successor === null) return this.expect("code", body.code, "invalid_grant");
    const known = this.tokens[session] ?? [];
    known[successor] ??= body.refresh_token;
    this.expect("one successor", body.refresh_token, known[successor]);
    const { access_token: accessToken } = body;
    if (keep) this.held[actor] = { session, generation: successor, accessToken, issued: this.model.now };
  }

  private async me(actor: Actor): Promise<void> {
    const held = this.held[actor];
    if (!held) return;
    const { status } = await get(this.server, "/api/me", bearer(held.accessToken));
    this.expect("me", status, this.works(held) ? 200 : 401);
  }

  private async logout(client: number): Promise<void> {
    const held = this.held[client];
    if (!held) return;
    const refresh_token = this.tokens[held.session]?.[held.generation];
    const { status } = await post(this.server, "/api/logout", { refresh_token });
    this.model.revoke(held.session);
    this.expect("logout", status, 200);
  }

  /** Signs the other client's device out from afar. */
  private async revoke(client: number): Promise<void> {
    const [held, other] = [this.held[client], this.held[1 - client]];
    if (!held || !other) return;
    const { status } = await this.delete(held, `/api/sessions/${this.ids[other.session]}`);
    const expected = this.works(held) ? (this.model.revoke(other.session) ? 204 : 404) : 401;
    this.expect("revoke", status, expected);
  }

  private async revokeAll(client: number): Promise<void> {
    const held = this.held[client];
    if (!held) return;
    const { status } = await this.delete(held, "/api/sessions");
    const works = this.works(held);
    if (works) this.model.revokeAll();
    this.expect("revoke all", status, works ? 204 : 401);
  }

  private works = (held: Held) => this.model.accessWorks(held.session, held.issued);

  private delete(held: Held, path: string): Promise<Answer> {
    return send(this.server, path, { method: "DELETE", headers: bearer(held.accessToken) });
  }

  private async replaysLogged(): Promise<number> {
    return (await this.server.logLines()).filter(({ event }) => event === "replay_detected").length;
  }

  private expect(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) throw new Error(`${what}: ${actual}, and the model says ${expected}`);
    this.onCheck();
  }
}
