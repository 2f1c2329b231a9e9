import { randomBytes } from "node:crypto";
import type { Database } from "../../src/db/database";
import { openLimitStore } from "../../src/limits/store";
import { newGame, signedInRedirect } from "../support/authorization";
import { type OpenDatabase, openEmbeddedForTest, openPostgresForTest } from "../support/databases";
import { freshAccount, freshName, googleTokens, signIn } from "../support/players";
import type { Proof, Run } from "../support/proof";
import { type Answer, bearer, post, send } from "../support/requests";
import { CLIENT_SECRET, JWT_SECRET, startTestServer, type TestServer } from "../support/server";
import { Needles } from "./support/needles";

/** Varied traffic, then a search of everything that was written or said for everything that was secret. */
function secrets(kind: Database["kind"], open: OpenDatabase): Proof {
  return {
    name: `secrets, ${kind}`,
    title: `S11 S39 S57 on ${kind}, no log, table, error or URL holds a token, code or secret that was used`,
    database: kind,
    shortRounds: 1,
    longRounds: 60,
    share: 1,
    prepare: async (run) => async () => {
      const database = await open();
      const needles = new Needles();
      needles.add("JWT_SECRET", JWT_SECRET);
      needles.add("the client secret", CLIENT_SECRET);
      const urls: string[] = [];
      const limitStore = await openLimitStore(
        kind === "postgres" ? { enabled: true, store: "postgres" } : { enabled: true, store: "memory" },
        database,
        () => {},
      );
      const server = await startTestServer({
        database,
        limitStore,
        env: { RATE_LIMIT: "on", LOG_LEVEL: "trace" },
        fetch: (input, init) => {
          urls.push(String(input instanceof Request ? input.url : input));
          noteBody(needles, init?.body);
          if (run.random.integer(0, 9) === 0)
            throw new Error(`failed: ${JSON.stringify(init)} ${init?.body}`);
          return fetch(input, init);
        },
      });
      const traffic = new Traffic(run, server, needles);
      for (let player = 0; player < 6; player++) await traffic.play();
      await withTalkativeDatabase(database, () => traffic.play());

      const places: [string, string][] = [
        ["login.log", JSON.stringify(await server.logLines())],
        ["the terminal", server.terminal()],
        ["errors", traffic.errors.join("\n")],
        ["URLs asked of Google", urls.join("\n")],
        ...(await dump(database)),
      ];
      for (const [place, text] of places) {
        const found = needles.in(text);
        run.check(found.length === 0, `${place}: ${found.join(", ")}`);
      }
      run.check(needles.count > 50 && traffic.errors.length > 20, "there was something to look for");
      await server.stop();
      await database.close();
    },
  };
}

export const secretsEmbedded = secrets("embedded", openEmbeddedForTest);
export const secretsPostgres = secrets("postgres", openPostgresForTest);

/** Every table's every row, as text; bytes as hexadecimal. */
async function dump({ pool }: Database): Promise<[table: string, rows: string][]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  return Promise.all(
    tables.map(async ({ name }): Promise<[string, string]> => {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      return [`table ${name}`, rows.map(({ row }) => row).join("\n")];
    }),
  );
}

/** What went to Google: codes, our verifier, tokens. */
function noteBody(needles: Needles, body: unknown): void {
  const members = new URLSearchParams(String(body ?? ""));
  for (const name of ["code", "code_verifier", "access_token"]) {
    needles.add(`Google's ${name}`, members.get(name) ?? undefined);
  }
}

/** Meanwhile statements fail now and then, with errors that quote what they were given. */
async function withTalkativeDatabase({ pool }: Database, work: () => Promise<void>): Promise<void> {
  const query = pool.query;
  let count = 0;
  pool.query = ((...given: Parameters<typeof query>) => {
    if (count++ % 3 === 2) return Promise.reject(new Error(`failed: ${JSON.stringify(given)}`));
    return query.apply(pool, given);
  }) as typeof query;
  await work().catch(() => {});
  pool.query = query;
}

class Traffic {
  /** Headers and bodies of every refusal. */
  readonly errors: string[] = [];

  constructor(
    private readonly run: Run,
    private readonly server: TestServer,
    private readonly needles: Needles,
  ) {}

  /** One player's life: every way in, refreshes, mistakes, and tokens where they do not belong. */
  async play(): Promise<void> {
    const { server, needles } = this;
    const account = freshAccount();
    const nonce = crypto.randomUUID();
    const google = await googleTokens(server, { account, nonce });
    needles.addHashed("Google's access token", google.access_token);
    needles.addHashed("Google's id token", google.id_token);
    await this.login({ access_token: google.access_token, device: "Desk" });
    const guest_key = randomBytes(32).toString("base64url");
    needles.addHashed("a guest's key", guest_key);
    await this.login({ provider: "guest", guest_key });
    await this.login({ id_token: google.id_token, nonce });
    await this.login({ id_token: google.id_token, nonce: "another" });
    await this.login({ access_token: google.access_token, id_token: google.id_token });
    await this.loginWithCode(account);

    const session = await signIn(server, { account }).catch(() => null);
    if (!session) return;
    const held = [session];
    for (let step = 0; step < 4; step++) {
      const { status, body } = await this.post("/api/refresh", { refresh_token: held.at(-1)?.refresh_token });
      if (status === 200) held.push(body);
    }
    for (const { access_token, refresh_token } of held) {
      needles.addHashed("an access token", access_token);
      needles.addHashed("a refresh token", refresh_token);
    }
    const [first = session] = held;
    const last = held.at(-1) ?? session;
    const as = bearer(last);
    await this.misplace(last.access_token, as);
    await this.misplace(last.refresh_token, as);
    await this.post("/api/update_username", { new_username: freshName() }, as);
    await this.send("/api/sessions", { headers: as });
    await this.moveAndLink(as, guest_key);
    await this.post("/api/refresh", { refresh_token: first.refresh_token });
    await this.post("/api/refresh", { refresh_token: last.refresh_token });
    await this.send("/api/me", { headers: as });
    await this.post("/api/logout", { refresh_token: last.refresh_token });
  }

  /** A code for a new device, typed right and wrong, and ways in that are linked and taken back. */
  private async moveAndLink(as: Record<string, string>, guest_key: string): Promise<void> {
    const made = await this.send("/api/transfer_code", { method: "POST", headers: as });
    const code = made.body.transfer_code;
    if (code) {
      for (const spelling of [code, code.replaceAll("-", "")])
        this.needles.addHashed("a transfer code", spelling);
      await this.login({ transfer_code: code });
      await this.login({ transfer_code: `${code.slice(0, -1)}*` });
      await this.login({ transfer_code: code, guest_key });
    }
    const { body } = await this.post("/api/identities", { provider: "guest", guest_key }, as);
    await this.post("/api/identities/resolve", { ticket: `${body.ticket}x`, keep: "mine" }, as);
    await this.send("/api/changes", { headers: as });
  }

  private async login(body: object): Promise<void> {
    const answer = await this.post("/api/login", body);
    this.needles.addHashed("an access token", answer.body.access_token ?? "");
    this.needles.addHashed("a refresh token", answer.body.refresh_token ?? "");
  }

  private async loginWithCode(account: string): Promise<void> {
    const game = newGame();
    const redirect = await signedInRedirect(this.server, game, account).catch(() => null);
    const code = redirect?.searchParams.get("code");
    if (!code) return;
    this.needles.add("a login code", code);
    this.needles.add("a game's code verifier", game.codeVerifier);
    const wrong = this.run.random.integer(0, 1) === 0;
    await this.login({ login_code: code, code_verifier: wrong ? "w".repeat(43) : game.codeVerifier });
    await this.login({ login_code: code, code_verifier: game.codeVerifier });
  }

  /** Puts a token everywhere but where it belongs. */
  private async misplace(token: string, as: Record<string, string>): Promise<void> {
    this.run.fault(16);
    const headers = { "x-request-id": token, "x-forwarded-for": token, "user-agent": token, origin: token };
    await this.send(`/api/me?access_token=${token}`, { headers });
    await this.send(`/api/sessions/${token}`, { method: "DELETE", headers });
    await this.send(`/api/sessions/${token}`, { method: "DELETE", headers: { ...as, ...headers } });
    await this.send(`/${token}`, { headers });
    await this.send(`/auth/google/callback?state=${token}&code=${token}`, { headers });
    await this.send(`/auth/google/start?redirect_uri=${token}&state=${token}`, { headers });
    await this.send("/api/me", { headers: { authorization: token, cookie: token } });
    await this.send("/api/me", { headers: { authorization: `Bearer x${token}` } });
    await this.post("/api/refresh", { refresh_token: `${token}x`, device: token });
    await this.post("/api/refresh", `{"refresh_token":"${token}`);
    await this.post("/api/refresh", { refresh_token: [token] });
    await this.post("/api/login", { access_token: token });
    await this.post("/api/login", { id_token: token, nonce: token });
    await this.post("/api/login", { login_code: token, code_verifier: "v".repeat(43), device: token });
    await this.post("/api/update_username", { new_username: token }, as);
    await this.post("/api/update_picture", { new_picture: `${token}!` }, as);
  }

  private async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.note(await post(this.server, path, body, headers));
  }

  private async send(path: string, init: RequestInit): Promise<Answer> {
    return this.note(await send(this.server, path, init));
  }

  private note(answer: Answer): Answer {
    const { status, headers, text } = answer;
    if (status >= 400) this.errors.push(`${status} ${JSON.stringify([...headers])} ${text}`);
    return answer;
  }
}
