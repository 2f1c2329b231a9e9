import fc from "fast-check";
import type { Database } from "../../src/db/database";
import type { SessionAnswer } from "../../src/session/model";
import { openEmbeddedForTest } from "../support/databases";
import { newGuestKey } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, googleTokens, refresh } from "../support/players";
import type { Proof } from "../support/proof";
import { type Answer, bearer, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { type Conflict, LinkingModel } from "./support/linking-model";

const DEVICES = [0, 1, 2] as const;
const IDENTITIES = ["guest:0", "guest:1", "guest:2", "google:0", "google:1"] as const;
type IdentityName = (typeof IDENTITIES)[number];

type Step =
  | { do: "signIn" | "link"; device: number; identity: IdentityName }
  | { do: "resolve"; device: number; keep: "mine" | "theirs" }
  | { do: "unlink"; device: number; provider: "guest" | "google" }
  | { do: "undo"; device: number; back: number }
  | { do: "earn" | "refresh" | "me"; device: number };

const device = fc.constantFrom(...DEVICES);
const identity = fc.constantFrom(...IDENTITIES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("link" as const), device, identity }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("resolve" as const),
      device,
      keep: fc.constantFrom("mine", "theirs"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("undo" as const), device, back: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("earn", "refresh", "me"), device }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("signIn" as const), device, identity }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("unlink" as const),
      device,
      provider: fc.constantFrom("guest", "google"),
    }),
  },
);
const signedIn = DEVICES.map((device): Step => ({ do: "signIn", device, identity: IDENTITIES[device] }));
const programs = fc
  .array(step, { minLength: 15, maxLength: 40, size: "max" })
  .map((steps) => [...signedIn, { do: "signIn", device: 2, identity: "google:0" } as Step, ...steps]);

export const linkingPrograms: Proof = {
  name: "linking model",
  title:
    "random programs of guests, sign-ins, links, unlinks, merges and their undoing leave every player what the model says",
  database: "embedded",
  shortRounds: 2,
  longRounds: 1_000,
  share: 2,
  async prepare(run) {
    const database = await openEmbeddedForTest();
    run.world.defer(() => database.close());
    const server = await startTestServer({ database });
    run.world.defer(() => server.stop());
    return async () => {
      const outcome = await fc.check(
        fc.asyncProperty(programs, async (program) => {
          run.fault(program.filter((step) => step.do === "resolve" || step.do === "undo").length);
          await new Play(server, database, () => run.check(true, "")).run(program);
        }),
        { seed: run.random.integer(0, 2 ** 31), numRuns: 5, interruptAfterTimeLimit: 30_000 },
      );
      if (outcome.failed)
        run.check(false, `${outcome.errorInstance} ${JSON.stringify(outcome.counterexample)}`);
    };
  },
};

type Held = {
  session: number;
  answer: SessionAnswer;
  tokenOf: number;
  conflict?: { ticket: string; told: Conflict };
};

/** One program, carried out on the server and on the model side by side. */
class Play {
  private readonly model = new LinkingModel();
  private readonly calls: ReturnType<typeof linkingAt>;
  private readonly proofs: Record<IdentityName, string>;
  private readonly held: (Held | undefined)[] = [];
  /** The server's ids of the model's players and changes. */
  private readonly ids: number[] = [];
  private readonly changeIds: string[] = [];

  constructor(
    private readonly server: TestServer,
    private readonly database: Database,
    private readonly onCheck: () => void,
  ) {
    this.calls = linkingAt(server);
    this.proofs = Object.fromEntries(
      IDENTITIES.map((name) => [name, name.startsWith("guest") ? newGuestKey() : freshAccount()]),
    ) as Record<IdentityName, string>;
  }

  async run(program: Step[]): Promise<void> {
    for (const step of program) {
      const held = this.held[step.device];
      if (step.do === "signIn") await this.signIn(step.device, step.identity);
      else if (held) await this.carryOut(step, held);
    }
    for (const held of this.held) if (held) await this.refresh(held);
  }

  private async carryOut(step: Exclude<Step, { do: "signIn" }>, held: Held): Promise<void> {
    const works = this.works(held);
    switch (step.do) {
      case "link": {
        const answer = await this.calls.link(held.answer, await this.proofOf(step.identity));
        if (!works) return this.expectRefused(answer);
        const { conflict, ...told } = this.model.link(held.tokenOf, step.identity);
        this.expectOutcome("link", answer, told);
        if (conflict) held.conflict = { ticket: answer.body.ticket, told: conflict };
        else this.expectUser(answer, held.tokenOf);
        return this.learnChange(held);
      }
      case "unlink": {
        const answer = await this.calls.unlink(held.answer, step.provider);
        if (!works) return this.expectRefused(answer);
        this.expectOutcome("unlink", answer, this.model.unlink(held.tokenOf, step.provider));
        return this.learnChange(held);
      }
      case "resolve": {
        if (!held.conflict) return;
        const { ticket, told } = held.conflict;
        const answer = await this.calls.resolve(held.answer, ticket, step.keep);
        if (!works) return this.expectRefused(answer);
        this.expectOutcome("resolve", answer, this.model.resolve(held.session, told, step.keep));
        if (answer.status === 200) this.takeSession(held, answer);
        return this.learnChange(held);
      }
      case "undo": {
        const index = this.changeIds.length - 1 - step.back;
        const id = this.changeIds[index];
        if (id === undefined) return;
        const answer = await this.calls.undo(held.answer, id);
        if (!works) return this.expectRefused(answer);
        this.expectOutcome("undo", answer, this.model.undo(held.session, index));
        if (answer.status === 200) this.takeSession(held, answer);
        return;
      }
      case "earn": {
        const player = this.model.players[held.tokenOf];
        if (!player || player.mergedInto !== null) return;
        player.stars += 1;
        await this.database.pool.query("UPDATE users SET stars = stars + 1 WHERE id = $1", [
          this.ids[held.tokenOf],
        ]);
        return;
      }
      case "refresh":
        return this.refresh(held);
      case "me": {
        const answer = await get(this.server, "/api/me", bearer(held.answer));
        if (works) this.expectUser(answer, held.tokenOf);
        else this.expectRefused(answer);
      }
    }
  }

  private async signIn(device: number, identity: IdentityName): Promise<void> {
    const answer = await post(this.server, "/api/login", await this.proofOf(identity));
    const { session, player } = this.model.signIn(identity);
    this.ids[player] ??= answer.body.user.id;
    this.expectUser(answer, player);
    this.held[device] = { session, answer: answer.body, tokenOf: player };
  }

  private async refresh(held: Held): Promise<void> {
    const answer = await refresh(this.server, held.answer);
    const told = this.model.sessions[held.session];
    this.expect("refresh", answer.status, told?.alive ? 200 : 401);
    if (told?.alive) this.takeSession(held, answer);
  }

  private takeSession(held: Held, answer: Answer): void {
    held.answer = answer.body;
    held.tokenOf = this.model.sessions[held.session]?.player ?? -1;
    this.expectUser(answer, held.tokenOf);
  }

  private async proofOf(identity: IdentityName): Promise<object> {
    const proof = this.proofs[identity];
    if (identity.startsWith("guest")) return { provider: "guest", guest_key: proof };
    const { access_token } = await googleTokens(this.server, { account: proof });
    return { access_token };
  }

  /** Learns the id of the change that the model has made, if it has made one. */
  private async learnChange(held: Held): Promise<void> {
    if (this.model.changes.length === this.changeIds.length) return;
    const [last] = await this.calls.changes(held.answer);
    this.changeIds.push(last?.id ?? "");
    this.expect("kind", last?.kind, this.model.changes.at(-1)?.change.kind);
  }

  private works({ session, tokenOf }: Held): boolean {
    const told = this.model.sessions[session];
    return told?.alive === true && told.player === tokenOf;
  }

  private expectUser({ status, body }: Answer, player: number): void {
    this.expect("status", status, 200);
    this.expect("player", body.user.id, this.ids[player]);
    this.expect("stars", body.user.stars, this.model.players[player]?.stars);
    this.expect("providers", body.user.providers.join(), this.model.providersOf(player).join());
  }

  private expectOutcome(
    what: string,
    { status, body }: Answer,
    told: { status: number; code?: string },
  ): void {
    this.expect(what, `${status} ${body.code}`, `${told.status} ${told.code}`);
  }

  private expectRefused({ status }: Answer): void {
    this.expect("a dead session", status, 401);
  }

  private expect(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) throw new Error(`${what}: ${actual}, and the model says ${expected}`);
    this.onCheck();
  }
}
