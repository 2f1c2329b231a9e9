import { type Account, type Accounts, isEmail } from "./accounts";
import {
  type AuthorizationRequest,
  parseAuthorizationRequest,
  redirectLocation,
} from "./authorization-request";
import { avatarPath } from "./avatar";
import { OAuthError } from "./oauth-error";
import { errorPage } from "./other-pages";
import { type Parameters, readParameters, required } from "./parameters";
import { type Draft, pickerPage } from "./picker-page";
import { refuseForeignOrigin } from "./same-machine";
import type { TokenIssuer } from "./token-issuer";

type World = {
  accounts: Accounts;
  issuer: TokenIssuer;
};

/** Google's authorization endpoint: shows the account picker. */
export function showPicker(request: Request, { accounts }: World): Response {
  return answeringErrorsWithPage(() => {
    const asked = parseAuthorizationRequest(new URL(request.url).search);
    if (asked.prompt.includes("none")) return redirect(asked, { error: "interaction_required" });
    return pickerPage(asked, accounts.list());
  });
}

/** The picker's own forms: a listed player, a player of one's own, or Cancel. */
export async function pick(request: Request, world: World): Promise<Response> {
  const body = await request.text();
  return answeringErrorsWithPage(() => {
    refuseForeignOrigin(request);
    const asked = parseAuthorizationRequest(new URL(request.url).search);
    const form = readParameters(body);
    if (form.get("action") === "cancel") return redirect(asked, { error: "access_denied" });
    if (form.get("action") !== "add") return signIn(asked, listedAccount(form, world), request, world);
    const draft = readDraft(form);
    if (Object.keys(draft.problems).length > 0) return pickerPage(asked, world.accounts.list(), draft);
    return signIn(asked, world.accounts.add(draft.name, draft.email), request, world);
  });
}

function signIn(asked: AuthorizationRequest, account: Account, request: Request, world: World): Response {
  const { clientId, redirectUri, scopes, nonce, codeChallenge, accessType } = asked;
  const picture = new URL(avatarPath(account.sub), request.url).href;
  const profile = { ...account, email_verified: true, picture };
  const code = world.issuer.issueCode({
    clientId,
    redirectUri,
    scopes,
    nonce,
    codeChallenge,
    accessType,
    profile,
  });
  return redirect(asked, {
    code,
    scope: scopes.join(" "),
    authuser: "0",
    prompt: asked.prompt.join(" ") || "none",
  });
}

function listedAccount(form: Parameters, { accounts }: World): Account {
  const account = accounts.find(required(form, "account"));
  if (!account) throw new OAuthError("invalid_request", "There is no such player.");
  return account;
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

/** 303: the browser goes on with a GET and leaves the form behind (RFC 9700 §4.12). */
function redirect(asked: AuthorizationRequest, answer: Record<string, string>): Response {
  const headers = {
    location: redirectLocation(asked, answer),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  };
  return new Response(null, { status: 303, headers });
}

function answeringErrorsWithPage(answer: () => Response): Response {
  try {
    return answer();
  } catch (error) {
    if (error instanceof OAuthError) return errorPage(error);
    throw error;
  }
}
