import fc from "fast-check";
import { openEmbeddedForTest } from "../support/databases";
import { type Device, hashOf, newDevice } from "../support/dpop";
import { newGuestKey } from "../support/guests";
import type { Proof } from "../support/proof";
import { type Answer, get, post } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";

/** The player's device with two tabs, of which one may know less than the other; and a thief of tokens. */
type Step =
  | { do: "refresh" | "loseAnswer" | "me"; tab: 0 | 1 }
  | { do: "crash"; tab: 0 | 1; back: number }
  | { do: "steal"; back: number; with: "another key" | "no key" | "a proof of before" }
  | { do: "signOutAsThief"; back: number }
  | { do: "setClock"; seconds: number }
  | { do: "tick"; seconds: number };

const YEAR = 365 * 86_400;
const tab = fc.constantFrom<0 | 1>(0, 1);
const back = fc.nat(6);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("refresh", "loseAnswer", "me"), tab }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("crash" as const), tab, back }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("steal" as const),
      back,
      with: fc.constantFrom("another key", "no key", "a proof of before"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("signOutAsThief" as const), back }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("setClock" as const),
      seconds: fc.constantFrom(0, -YEAR, YEAR, -90, 90, 30 * YEAR),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      seconds: fc.constantFrom(1, 61, 3_600, 7 * 86_400),
    }),
  },
);
const programs = fc.array(step, { minLength: 10, maxLength: 30, size: "max" });

export const boundSessionPrograms: Proof = {
  name: "bound sessions",
  title:
    "S28 S33 C8 C11 random programs of a device and a thief of its tokens: the device is never signed out, the thief never in",
  database: "embedded",
  shortRounds: 3,
  longRounds: 4_000,
  share: 4,
  async prepare(run) {
    const database = await openEmbeddedForTest();
    run.world.defer(() => database.close());
    const server = await startTestServer({ database });
    run.world.defer(() => server.stop());
    const [device, thief] = [await newDevice(), await newDevice()];
    return async () => {
      const outcome = await fc.check(
        fc.asyncProperty(programs, async (program) => {
          run.fault(program.filter(({ do: what }) => what === "steal" || what === "crash").length);
          await new Play(server, device, thief, () => run.check(true, "")).run(program);
        }),
        { seed: run.random.integer(0, 2 ** 31), numRuns: 8, interruptAfterTimeLimit: 30_000 },
      );
      if (outcome.failed)
        run.check(false, `${outcome.errorInstance} ${JSON.stringify(outcome.counterexample)}`);
    };
  },
};

class Play {
  /** What each tab would send next, and every refresh token there has been. */
  private readonly tabs: [string, string] = ["", ""];
  private readonly tokens: string[] = [];
  private accessToken = "";
  private clockOffset = 0;
  private idleSeconds = 0;
  private nonce: string | null = null;
  private spentProof = "";

  constructor(
    private readonly server: TestServer,
    private readonly device: Device,
    private readonly thief: Device,
    private readonly onCheck: () => void,
  ) {}

  async run(program: Step[]): Promise<void> {
    const { status, body } = await this.proven("/api/login", { provider: "guest", guest_key: newGuestKey() });
    this.expect("sign-in", status, 200);
    this.tabs.fill(body.refresh_token);
    this.tokens.push(body.refresh_token);
    this.accessToken = body.access_token;
    for (const step of program) await this.carryOut(step);
    for (const tab of [0, 1] as const) await this.refresh(tab, true);
  }

  private async carryOut(step: Step): Promise<void> {
    switch (step.do) {
      case "tick":
        // Longer than a session may be idle nobody stays signed in.
        if (this.idleSeconds + step.seconds > 29 * 86_400) await this.refresh(0, false);
        this.idleSeconds += step.seconds;
        return this.server.clock.advance(step.seconds);
      case "setClock":
        this.clockOffset = step.seconds;
        return;
      case "refresh":
      case "loseAnswer":
        return this.refresh(step.tab, step.do === "refresh");
      case "crash":
        // What it had stored before is all that it knows.
        this.tabs[step.tab] = this.token(step.back);
        return;
      case "me":
        return this.me(step.tab);
      case "steal":
        return this.steal(this.token(step.back), step.with);
      case "signOutAsThief": {
        const headers = { dpop: await this.proofBy(this.thief, "POST", "/api/logout") };
        const answer = await post(
          this.server,
          "/api/logout",
          { refresh_token: this.token(step.back) },
          headers,
        );
        this.expectRefused("a thief's logout", answer);
      }
    }
  }

  private async refresh(tab: 0 | 1, keep: boolean): Promise<void> {
    const { status, body } = await this.proven("/api/refresh", { refresh_token: this.tabs[tab] });
    this.expect("refresh", status, 200);
    this.idleSeconds = 0;
    if (!this.tokens.includes(body.refresh_token)) this.tokens.push(body.refresh_token);
    this.expect("the newest token", body.refresh_token, this.tokens.at(-1));
    this.accessToken = body.access_token;
    if (keep) this.tabs[tab] = body.refresh_token;
  }

  private async me(tab: 0 | 1): Promise<void> {
    const ask = async () =>
      get(this.server, "/api/me", {
        authorization: `DPoP ${this.accessToken}`,
        dpop: await this.proofBy(this.device, "GET", "/api/me", { ath: hashOf(this.accessToken) }),
      });
    let answer = this.noted(await ask());
    if (answer.body.code === "use_dpop_nonce") answer = this.noted(await ask());
    if (answer.status === 200) return this.onCheck();
    this.expect("an access token that has expired", answer.body.code, "invalid_token");
    await this.refresh(tab, true);
  }

  private async steal(
    refresh_token: string,
    by: "another key" | "no key" | "a proof of before",
  ): Promise<void> {
    const dpop = {
      "another key": () => this.proofBy(this.thief, "POST", "/api/refresh"),
      "a proof of before": () => Promise.resolve(this.spentProof),
      "no key": () => Promise.resolve(""),
    };
    const proof = await dpop[by]();
    const answer = await post(this.server, "/api/refresh", { refresh_token }, proof ? { dpop: proof } : {});
    this.expectRefused(`a thief with ${by}`, answer);
  }

  private expectRefused(what: string, { status, body }: Answer): void {
    this.expect(what, status === 401 || body.code === "use_dpop_nonce", true);
  }

  /** Sends as the SDK does: once more with the nonce that it is asked for. */
  private async proven(path: string, body: object): Promise<Answer> {
    const send = async () => {
      const dpop = await this.proofBy(this.device, "POST", path);
      const answer = this.noted(await post(this.server, path, body, { dpop }));
      if (answer.status === 200 && path === "/api/refresh") this.spentProof = dpop;
      return answer;
    };
    const answer = await send();
    return answer.body.code === "use_dpop_nonce" ? send() : answer;
  }

  private noted(answer: Answer): Answer {
    this.nonce = answer.headers.get("dpop-nonce") ?? this.nonce;
    return answer;
  }

  private proofBy(device: Device, method: string, path: string, claims: object = {}): Promise<string> {
    const iat = Math.floor(this.server.clock.now().getTime() / 1_000) + this.clockOffset;
    const nonce = this.nonce === null ? {} : { nonce: this.nonce };
    return device.proof(method, this.server.origin + path, { iat, ...nonce, ...claims });
  }

  private token(back: number): string {
    return this.tokens[Math.max(0, this.tokens.length - 1 - back)] ?? "";
  }

  private expect(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) throw new Error(`${what}: ${actual}, and should be ${expected}`);
    this.onCheck();
  }
}
