import type { AnyElysia } from "elysia";
import type { Timepiece } from "../clock";
import type { Html } from "../http/html";
import type { Accounts } from "./picker/accounts";
import type { Picker } from "./picker/picker";
import type { Standing } from "./standing";

/** What every stand-in gets. All of them have the same players. */
export type World = {
  clock: Timepiece;
  accounts: Accounts;
  /** The pages on which a player is picked, signed with this stand-in's name. */
  picker: Picker;
  /** Whoever gives a code, token or ticket asks it for a voucher, and asks that before it takes one. */
  standing: Standing;
  /**
   * Answers a question of a program, under the orders in force: every endpoint goes through it that a game or an
   * account server asks, and no page that a player sees. An `OAuthError` that `work` throws is answered as JSON.
   */
  api(work: () => Response | Promise<Response>): Promise<Response>;
};

/** A stand-in for one provider, in a folder of its own. */
export type StandIn<Options, Urls> = {
  /** A heading: "Google". */
  title: string;
  /** What its pages say that they are not: "Google". */
  standsFor: string;
  /** Where its paths begin: "/steam"; "" is the root. */
  mount: `/${string}` | "";
  /** Its addresses, as the settings of an account server want them. */
  urls(origin: string): Urls;
  /** Its section on the front page: paragraphs. */
  about(origin: string): Html;
  create(world: World, options: Options): StandInService;
};

export type StandInService = {
  /** Its pages and its API, under `mount`. */
  routes: AnyElysia;
  /**
   * `POST /local/tokens`: what a program needs to sign a named account in, without a page.
   * @param body without `provider`, not checked yet
   * @throws {OAuthError} `invalid_request`
   */
  issueTokens(body: unknown, origin: string): Promise<object>;
  /** From here on a new key signs; the one before it is published until the next call. Absent where nothing is signed. */
  rotateKeys?(): Promise<void>;
};
