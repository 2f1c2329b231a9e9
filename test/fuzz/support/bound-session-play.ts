import type { TestClock } from "../../support/clock";
import { type Device, hashOf } from "../../support/dpop";
import { type InProcess, type InProcessAnswer, ORIGIN } from "../../support/in-process";
import type { MortalDatabase } from "../../support/mortal-database";
import type {
  Exchange,
  Fate,
  Forgery,
  Process,
  Schedule,
  Step,
  Tab,
  Theft,
} from "../bound-session-schedules";
import { BoundSessionModel } from "./bound-session-model";

/** Two processes of a server on one database, whose time is this clock's alone. */
export type Lane = {
  clock: TestClock;
  processes: readonly [MortalProcess, MortalProcess];
  /** Of the player whose device it is. */
  guestKey: string;
  device: Device;
  thief: Device;
};

export type MortalProcess = InProcess & Omit<MortalDatabase, "database">;

/** Longer than so the owner is never away: a session ends after 30 days of it. */
const LONGEST_IDLE = 29.5 * 86_400;

/** Between two tries at a server that is too busy. */
const LONGEST_PAUSE_MS = 10_000;

/** Carries out one schedule, and throws where the owner is signed out or a thief is let in. */
export class BoundSessionPlay {
  /** What each tab holds: the token that it would send next, the nonce that it was last told, and its last proof. */
  private readonly tabs: [Held, Held] = [nothing(), nothing()];
  private readonly model = new BoundSessionModel();
  private accessToken = "";
  private accessUntil = 0;
  private clockOffset = 0;
  private idleSeconds = 0;
  /** Proofs of the device that the server has seen through, by path. */
  private readonly served = new Map<string, string>();

  constructor(
    private readonly lane: Lane,
    private readonly onCheck: () => void,
  ) {}

  async run(schedule: Schedule): Promise<void> {
    await this.signIn();
    for (const step of schedule) await this.carryOut(step);
    await this.refreshTogether(0, null);
  }

  private async carryOut(step: Step): Promise<void> {
    switch (step.do) {
      case "refresh":
        return this.refresh(step.tab, step.via, step.process, step.fate);
      case "refreshTogether":
        return this.refreshTogether(step.process, step.theft);
      case "me":
        return this.me(step.tab, step.process);
      case "crash":
        this.tabs[step.tab] = { ...nothing(), token: this.model.token(step.back) };
        return;
      case "steal":
        return this.steal(step, step.fate);
      case "stealAccess":
        return this.stealAccess(step.forgery, step.process);
      case "signOutAsThief":
        return this.signOutAsThief(step);
      case "setClock":
        this.clockOffset = step.seconds;
        return;
      case "tick":
        return this.tick(step.seconds);
    }
  }

  private async signIn(): Promise<void> {
    const { guestKey: guest_key } = this.lane;
    const answer = await this.sendProven(0, "/api/login", { provider: "guest", guest_key }, 0);
    this.takeAnswer("sign-in", answer, 0, 0);
    this.tabs[1].token = this.tabs[0].token;
  }

  private async refresh(tab: Tab, via: Exchange, process: Process, fate: Fate): Promise<void> {
    const { token } = this.tabs[tab];
    const floor = this.model.newest;
    const server = this.lane.processes[process];
    if (typeof fate === "object") server.dieAt(fate);
    this.model.attempts++;
    const answer = await this.sendProven(tab, via, exchangeOf(via, token), process);
    const died = server.revive();
    // Killed before it had noted the proof, the server would take it once more, from whomever.
    if (died && server.ran.has("spend_once")) this.served.set(via, this.tabs[tab].proof);
    if (died) return;
    if (fate === "answered") this.takeAnswer("a refresh", answer, tab, floor);
    else this.expectIn("a refresh whose answer is lost", answer);
  }

  private async refreshTogether(process: Process, theft: Theft | null): Promise<void> {
    const floor = this.model.newest;
    const other = (1 - process) as Process;
    const refresh = async (tab: Tab, at: Process) => {
      this.model.attempts++;
      const via = "/api/refresh";
      const answer = await this.sendProven(tab, via, exchangeOf(via, this.tabs[tab].token), at);
      this.takeAnswer("one of two refreshes at once", answer, tab, floor);
    };
    await Promise.all([
      refresh(0, process),
      refresh(1, other),
      theft ? this.steal(theft, "answered") : undefined,
    ]);
  }

  private async me(tab: Tab, process: Process): Promise<void> {
    const { accessToken } = this;
    const ask = () => {
      const proof = this.proofBy(this.lane.device, tab, "GET", "/api/me", { ath: hashOf(accessToken) });
      this.served.set("/api/me", proof);
      const headers = { authorization: `DPoP ${accessToken}`, dpop: proof };
      return this.lane.processes[process].send("/api/me", null, headers);
    };
    const answer = await this.onceMore(tab, ask);
    if (this.isAccessOver()) return this.refresh(tab, "/api/refresh", process, "answered");
    this.expect("the owner's access token", answer.status, 200);
  }

  private async steal({ back, forgery, via, process }: Theft, fate: Fate): Promise<void> {
    const server = this.lane.processes[process];
    if (typeof fate === "object") server.dieAt(fate);
    const answer = await server.send(
      via,
      exchangeOf(via, this.model.token(back)),
      this.forged(forgery, "POST", via),
    );
    if (!server.revive()) this.expectRefused(`a thief with ${forgery}`, answer);
  }

  private async stealAccess(forgery: Forgery, process: Process): Promise<void> {
    const headers = this.forged(forgery, "GET", "/api/me", { ath: hashOf(this.accessToken) });
    const scheme = headers.dpop === undefined ? "Bearer" : "DPoP";
    // What only reads may be read twice, with the token and the proof that have served together.
    if (forgery === "a proof that has served") return;
    const answer = await this.lane.processes[process].send("/api/me", null, {
      authorization: `${scheme} ${this.accessToken}`,
      ...headers,
    });
    this.expect(`a thief of an access token with ${forgery}`, answer.status >= 400, true);
    this.expect("what such a thief is told", "user" in answer.body, false);
  }

  private async signOutAsThief({
    back,
    forgery,
    via,
    process,
  }: Extract<Step, { do: "signOutAsThief" }>): Promise<void> {
    const token = this.model.token(back);
    const body =
      via === "/api/logout" ? { refresh_token: token } : new URLSearchParams({ token, client_id: "game" });
    const answer = await this.lane.processes[process].send(via, body, this.forged(forgery, "POST", via));
    this.expectRefused(`a thief's ${via} with ${forgery}`, answer);
  }

  private async tick(seconds: number): Promise<void> {
    if (this.idleSeconds + seconds > LONGEST_IDLE) await this.refresh(0, "/api/refresh", 0, "answered");
    this.idleSeconds += seconds;
    this.lane.clock.advance(seconds);
  }

  private takeAnswer(what: string, answer: InProcessAnswer, tab: Tab, floor: number): void {
    this.expectIn(what, answer);
    const { refresh_token, access_token, expires_in } = answer.body;
    this.model.seen(refresh_token, floor);
    this.tabs[tab].token = refresh_token;
    this.accessToken = access_token;
    this.accessUntil = this.lane.clock.now().getTime() + expires_in * 1_000;
    this.idleSeconds = 0;
  }

  private expectIn(what: string, { status, body }: InProcessAnswer): void {
    if (status !== 200) this.expect(what, `${status} ${codeOf(body)}`, 200);
    this.onCheck();
  }

  /** Refused for the proof: with any other answer the session would be over, or the token given. */
  private expectRefused(what: string, { status, body }: InProcessAnswer): void {
    // Too busy for anybody; the owner comes again, and would be told the same for ever.
    if (status === 503) return;
    const code = codeOf(body);
    if (status !== 400 && status !== 401) this.expect(what, status, "400 or 401");
    if (code !== "invalid_dpop_proof" && code !== "use_dpop_nonce")
      this.expect(what, code, "invalid_dpop_proof");
    this.expect(`${what}, what they are told`, "access_token" in body, false);
  }

  /** Sends as the SDK does: again while the server is too busy, and once more with the nonce that it is asked for. */
  private sendProven(
    tab: Tab,
    path: string,
    body: object | URLSearchParams,
    process: Process,
  ): Promise<InProcessAnswer> {
    return this.onceMore(tab, async () => {
      const dpop = this.proofBy(this.lane.device, tab, "POST", path);
      this.tabs[tab].proof = dpop;
      this.lane.processes[process].ran.clear();
      const answer = await this.lane.processes[process].send(path, body, { dpop });
      if (answer.status < 500 && codeOf(answer.body) !== "use_dpop_nonce") this.served.set(path, dpop);
      return answer;
    });
  }

  private async onceMore(tab: Tab, ask: () => Promise<InProcessAnswer>): Promise<InProcessAnswer> {
    const noted = (answer: InProcessAnswer) => {
      this.tabs[tab].nonce = answer.headers.get("dpop-nonce") ?? this.tabs[tab].nonce;
      return answer;
    };
    const patiently = async () => {
      for (let pause = 100; ; pause *= 3) {
        const answer = noted(await ask());
        if (answer.status !== 503 || pause > LONGEST_PAUSE_MS) return answer;
        await Bun.sleep(pause);
      }
    };
    const answer = await patiently();
    return codeOf(answer.body) === "use_dpop_nonce" ? patiently() : answer;
  }

  private forged(forgery: Forgery, method: string, path: string, claims: object = {}): { dpop?: string } {
    const { thief, device } = this.lane;
    const own = (header = {}) =>
      thief.proofNow(method, ORIGIN + path, { iat: this.seconds(), ...claims }, header);
    const stolen = (from: string) => this.served.get(from) ?? own();
    switch (forgery) {
      case "nothing":
        return {};
      case "a proof of another key":
        return { dpop: own() };
      case "the key, signed by another":
        return { dpop: own({ jwk: device.jwk }) };
      case "a proof that has served":
        return { dpop: stolen(path) };
      case "a proof for elsewhere":
        return { dpop: stolen(path === "/api/me" ? "/api/refresh" : "/api/me") };
    }
  }

  private proofBy(device: Device, tab: Tab, method: string, path: string, claims: object = {}): string {
    const { nonce } = this.tabs[tab];
    const iat = this.seconds() + this.clockOffset;
    return device.proofNow(method, ORIGIN + path, { iat, ...(nonce === null ? {} : { nonce }), ...claims });
  }

  private isAccessOver(): boolean {
    return this.lane.clock.now().getTime() >= this.accessUntil - 1_000;
  }

  private seconds(): number {
    return Math.floor(this.lane.clock.now().getTime() / 1_000);
  }

  private expect(what: string, actual: unknown, expected: unknown): void {
    if (actual !== expected) throw new Error(`${what}: ${actual}, and should be ${expected}`);
    this.onCheck();
  }
}

type Held = { token: string; nonce: string | null; proof: string };

const nothing = (): Held => ({ token: "", nonce: null, proof: "" });

function exchangeOf(via: Exchange, refresh_token: string): object | URLSearchParams {
  if (via === "/api/refresh") return { refresh_token };
  return new URLSearchParams({ grant_type: "refresh_token", refresh_token, client_id: "game" });
}

/** An error's code; OAuth has another name for it. */
function codeOf(body: InProcessAnswer["body"]): string | undefined {
  return body.code ?? (body as { error?: string }).error;
}
