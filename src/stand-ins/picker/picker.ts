import { OAuthError } from "../oauth/oauth-error";
import { type Parameters, readParameters, required } from "../oauth/parameters";
import { refuseForeignOrigin } from "../same-machine";
import type { Standing } from "../standing";
import { type Account, type Accounts, isEmail } from "./accounts";
import { errorPage } from "./error-page";
import { type Draft, pickerPage } from "./picker-page";

/** Who wants a player, and what becomes of the answer. */
export type Question = {
  /** The client, as the page names it. */
  client: string;
  /** The origin that the browser goes to afterwards, as the page names it. */
  backTo: string;
  /** The email or id of the player who is expected. */
  loginHint?: string | undefined;
  picked(account: Account): Response | Promise<Response>;
  cancelled(): Response;
};

/** The account picker of one stand-in: a page whose forms post to its own address. */
export class Picker {
  readonly #accounts: Accounts;
  readonly #standing: Standing;
  readonly #sign: string;

  constructor(options: { accounts: Accounts; standing: Standing; standsFor: string }) {
    this.#accounts = options.accounts;
    this.#standing = options.standing;
    this.#sign = `Local sign-in – not ${options.standsFor}`;
  }

  /**
   * Shows the page to a GET and takes its forms from a POST.
   * @param ask reads the request: a question, or an answer to give without one. An `OAuthError` becomes a page.
   */
  async answer(request: Request, ask: () => Question | Response): Promise<Response> {
    const form = request.method === "POST" ? await request.text() : null;
    try {
      if (form !== null) refuseForeignOrigin(request);
      const question = ask();
      if (question instanceof Response) return question;
      return form === null ? this.#page(question) : await this.#pick(readParameters(form), question);
    } catch (error) {
      if (error instanceof OAuthError) return errorPage(this.#sign, error);
      throw error;
    }
  }

  #pick(form: Parameters, question: Question): Response | Promise<Response> {
    if (form.get("action") === "cancel") return question.cancelled();
    if (form.get("action") !== "add") return this.#signIn(this.#listed(form), question);
    const draft = readDraft(form);
    if (Object.keys(draft.problems).length > 0) return this.#page(question, draft);
    return this.#signIn(this.#accounts.add(draft.name, draft.email), question);
  }

  #signIn(account: Account, question: Question): Response | Promise<Response> {
    this.#standing.renew(account);
    return question.picked(account);
  }

  #listed(form: Parameters): Account {
    const account = this.#accounts.find(required(form, "account"));
    if (!account) throw new OAuthError("invalid_request", "There is no such player.");
    return account;
  }

  #page(question: Question, draft?: Draft): Response {
    return pickerPage(this.#sign, question, this.#accounts.list(), draft);
  }
}

function readDraft(form: Parameters): Draft {
  const name = (form.get("name") ?? "").trim();
  const email = (form.get("email") ?? "").trim();
  const problems = {
    ...((name === "" || name.length > 100) && { name: "Enter a name of at most 100 characters." }),
    ...(!isEmail(email) && { email: "Enter an email address, such as you@players.example." }),
  };
  return { name, email, problems };
}
