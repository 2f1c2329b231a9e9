import { type CheckedToken, type CheckToken, invalidToken, tokenCheck } from "./check-token.ts";
import { AccountServerError } from "./error.ts";
import { type Answer, type Connection, type Fetch, request } from "./request.ts";
import { untilAnswered } from "./retry.ts";
import type { JoinedPlayer, MatchChanges, PlayerProgress, ProgressChanges } from "./types.ts";

export interface GameServerOptions {
  /**
   * The account server.
   *
   * @example "https://accounts.example.com"
   */
  backendUrl: string;
  /**
   * The key of this server, `sk_…`, from `bun run admin keys create`.
   *
   * @example process.env.ACCOUNT_SERVER_KEY
   */
  key: string;
  /** `iss` of access tokens. Default: `backendUrl`. */
  issuer?: string | undefined;
  /** `aud` of access tokens, `JWT_AUDIENCE` there. Default `robotouille`. */
  audience?: string | undefined;
  /** OAuth clients whose tokens are the player's own. Default: `game` alone. */
  clients?: readonly string[] | undefined;
  /** How many seconds one request waits for its answer. Default 10. */
  timeoutSeconds?: number | undefined;
  /** In place of the runtime's fetch. */
  fetch?: Fetch | undefined;
}

export interface ReportOptions {
  /** Of an earlier try whose answer was lost. Default: a new one. */
  idempotencyKey?: string | undefined;
  /** How many seconds a report is sent again while the account server does not answer. Default 60. */
  retryForSeconds?: number | undefined;
  /** Gives the report up between two tries. */
  signal?: AbortSignal | undefined;
}

export interface UpdateOptions extends ReportOptions {
  /** The version that the change goes by. Default: any. */
  ifVersion?: number | undefined;
}

export interface MatchOptions extends ReportOptions {
  /** The server's own name of the match, 64 characters at most, for the account server's log. */
  matchId?: string | undefined;
}

/**
 * A game server's side of the account server. Web standards alone: it runs on Bun, Node and Deno. Every method that can
 * fail rejects with an AccountServerError.
 *
 * @example
 * const accounts = new GameServer({ backendUrl: "https://accounts.example.com", key: process.env.ACCOUNT_SERVER_KEY });
 * const { user } = await accounts.redeemJoinTicket(firstMessage.ticket);
 */
export class GameServer {
  readonly #connection: Connection;
  readonly #checkToken: CheckToken;

  constructor(options: GameServerOptions) {
    const { key, clients = ["game"], audience = "robotouille", timeoutSeconds = 10 } = options;
    const backendUrl = new URL(options.backendUrl).href.replace(/\/+$/, "");
    const { issuer = backendUrl, fetch = (input, init) => globalThis.fetch(input, init) } = options;
    this.#connection = { backendUrl, key, fetch, timeoutSeconds };
    this.#checkToken = tokenCheck({ backendUrl, issuer, audience, clients, fetch });
  }

  /**
   * Whose an access token is, by its signature: without a request, but for the keys now and then. It does not see that the
   * player has signed out since, nor who sends the token; {@link redeemJoinTicket} does both. A token that a shared secret
   * signs (HS256) is told by {@link introspect}, for which the key needs that scope.
   *
   * @throws AccountServerError `invalid_token`, `network_error`, …
   * @example
   * const { userId } = await accounts.verifyAccessToken(token);
   */
  async verifyAccessToken(token: string): Promise<CheckedToken> {
    return this.#checkToken(token, async () => {
      const claims = await this.introspect(token);
      // A refresh token is none of a game server's business.
      if (claims.active !== true || !["Bearer", "DPoP"].includes(String(claims.token_type)))
        throw invalidToken();
      return claims;
    });
  }

  /**
   * What the account server says of a token at this moment (RFC 7662): `active: false` from a logout, a ban or a
   * deletion on. For a key with `introspect`.
   *
   * @throws AccountServerError
   * @example
   * if (!(await accounts.introspect(token)).active) socket.close();
   */
  async introspect(
    token: string,
  ): Promise<Readonly<Record<string, unknown>> & { readonly active?: boolean }> {
    return request(this.#connection, "POST", "/oauth/introspect", new URLSearchParams({ token }));
  }

  /**
   * Who joins with a ticket, which serves once. For a key with `tickets:redeem`. It is not sent again when the answer is
   * lost: the player asks for another ticket.
   *
   * @throws AccountServerError `invalid_ticket` for whatever does not let in, `network_error`, …
   * @example
   * const { user, stats } = await accounts.redeemJoinTicket(ticket);
   */
  async redeemJoinTicket(ticket: string): Promise<JoinedPlayer> {
    const { user, stats, version } = await request(this.#connection, "POST", "/api/join_tickets/redeem", {
      ticket: String(ticket),
    });
    return { user, stats, version } as unknown as JoinedPlayer;
  }

  /**
   * Adds to the progress of one player. Sent again until it is answered; it counts once. For a key with `progress:write`.
   *
   * @throws AccountServerError `version_conflict` with `player` as they are, `not_found`, `progress_out_of_range`, …
   * @example
   * const { stars, version } = await accounts.updateProgress(user.id, { stars: 2, stats: { plates: 3 } });
   */
  async updateProgress(
    id: number,
    changes: ProgressChanges,
    { ifVersion, ...options }: UpdateOptions = {},
  ): Promise<PlayerProgress> {
    const path = `/api/players/${id}/progress`;
    const headers = { "if-match": ifVersion === undefined ? "*" : `"${ifVersion}"` };
    const { player } = await this.#report("PATCH", path, { ...changes }, options, headers);
    return player as PlayerProgress;
  }

  /**
   * Adds what a match was worth to the progress of all its players, 64 at most, or to nobody's. Sent again until it is
   * answered; it counts once. For a key with `progress:write`.
   *
   * @returns the players after it, in the same order.
   * @throws AccountServerError `not_found` with `fields` that say who is not there, `progress_out_of_range`, …; when there
   * was no answer, `idempotencyKey` is for the next try.
   * @example
   * await accounts.reportMatch(chefs.map(({ id, won }) => ({ id, changes: { stars: won } })), { matchId });
   */
  async reportMatch(
    players: readonly MatchChanges[],
    { matchId, ...options }: MatchOptions = {},
  ): Promise<PlayerProgress[]> {
    const body = { players, ...(matchId === undefined ? {} : { match_id: matchId }) };
    return (await this.#report("POST", "/api/matches", body, options)).players as PlayerProgress[];
  }

  async #report(
    method: string,
    path: string,
    body: Answer,
    { idempotencyKey = crypto.randomUUID(), retryForSeconds = 60, signal }: ReportOptions,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const all = { ...headers, "idempotency-key": idempotencyKey };
    try {
      return await untilAnswered(
        () => request(this.#connection, method, path, body, all),
        retryForSeconds,
        signal,
      );
    } catch (error) {
      if (error instanceof AccountServerError) Object.assign(error, { idempotencyKey });
      throw error;
    }
  }
}
