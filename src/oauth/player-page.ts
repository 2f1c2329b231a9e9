import { randomBytes } from "node:crypto";
import type { JWTPayload } from "jose";
import type { BrowserBinding } from "../authorization/browser-binding";
import { codeChallengeOf } from "../authorization/code-challenge";
import { type LoginCodeDeps, redeemLoginCode } from "../authorization/login-code";
import { ownStartUrl } from "../authorization/own-start";
import { startAuthorization } from "../authorization/start";
import { REQUEST_LIFETIME_SECONDS, type States } from "../authorization/state";
import type { Clock } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { html } from "../http/html";
import { page } from "../http/page";
import type { VerifiedIdentity } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { Limits } from "../limits/limits";
import type { KeyRing } from "../session/keys";
import { createSealer } from "../session/sealer";
import { newUuidv7 } from "../session/uuidv7";

export type PlayerPageDeps = LoginCodeDeps & {
  binding: BrowserBinding;
  clock: Clock;
  keyRing: KeyRing;
  limits: Pick<Limits, "signInAttempt">;
  providers: Providers;
  states: States;
};

/** What a player is asked on, and what comes back of it. */
export type Asking = {
  request: Request;
  /** Where players reach this server (`OwnUrl`). */
  ownUrl: string;
};

/** A player who said who they are; or why they did not. */
export type Told =
  | { identity: VerifiedIdentity /** Of the session that this sign-in is to open. */; sessionId: string }
  | { error: "access_denied" | "temporarily_unavailable" | "server_error" };

export type PlayerPage<Content> = {
  /**
   * Asks who the player is: by a page with the ways in, or, where there is one only or one was chosen, straight on to
   * the provider.
   * @param content what the answer will be for
   * @param choice what is chosen already, what the page says, and where a way in leads when it is chosen
   * @throws {ApiError} provider_unavailable where nobody can sign in on a page
   */
  ask(
    content: Content,
    choice: { provider: string | null; title: string; hrefOf(provider: string): string },
    asking: Asking,
  ): Promise<Response>;
  /**
   * Takes what comes back to `path`. Sent again within a minute it is the same.
   * @throws {ApiError} authorization_expired when it is not ours, too old, or another browser's
   */
  told(asking: Asking, context: RequestContext): Promise<{ content: Content } & Told>;
};

/**
 * Who the player is, asked on a page of ours with the sign-in that games use: we are the game, with a PKCE verifier of
 * our own. Nothing is kept here; what is pending comes back sealed.
 * @param purpose has keys of its own
 * @param path where the player comes back to
 */
export function createPlayerPage<Content extends JWTPayload>(
  deps: PlayerPageDeps,
  { purpose, path }: { purpose: string; path: string },
): PlayerPage<Content> {
  const { binding, clock, keyRing, limits, providers, states } = deps;
  type Pending = { content: Content; codeVerifier: string; browser: string };
  const sealer = createSealer<Pending>(keyRing, purpose, REQUEST_LIFETIME_SECONDS, clock);

  const goTo = async (provider: string, content: Content, { request, ownUrl }: Asking) => {
    const elsewhere = ownStartUrl(request, ownUrl);
    if (elsewhere) return redirect(elsewhere);
    const { browser, setCookie } = binding.bind(request.headers);
    const codeVerifier = randomBytes(32).toString("base64url");
    const location = await startAuthorization(
      states,
      providers.withPage(provider),
      {
        redirectUri: ownUrl + path,
        state: await sealer.seal({ content, codeVerifier, browser }),
        codeChallenge: codeChallengeOf(codeVerifier),
        browser,
      },
      `${ownUrl}/auth/${provider}/callback`,
    );
    return redirect(location, { "set-cookie": setCookie });
  };

  return {
    async ask(content, { provider, title, hrefOf }, asking) {
      const [first, ...others] = providers.signInPages;
      if (first === undefined) throw new ApiError("provider_unavailable");
      if (others.length === 0) return goTo(first, content, asking);
      if (provider !== null && providers.signInPages.includes(provider))
        return goTo(provider, content, asking);
      const links = providers.signInPages.map(
        (id) => html`<a class="button" href="${hrefOf(id)}">${nameOf(id)}</a>`,
      );
      return page({ title, content: html`<p>Choose how you sign in.</p><nav>${links}</nav>` });
    },

    async told({ request }, context) {
      const { searchParams } = new URL(request.url);
      const pending = await sealer.open(searchParams.get("state") ?? "");
      if (!pending) throw refused("state_unknown");
      const { content, codeVerifier, browser } = pending;
      if (browser !== binding.recognize(request.headers)) throw refused("state_of_another_browser");
      const error = searchParams.get("error");
      if (error !== null) return { content, error: isKnown(error) ? error : "server_error" };
      const code = searchParams.get("code") ?? "";
      const sessionId = newUuidv7(clock);
      const login = await limits.signInAttempt(context.ip, () =>
        redeemLoginCode(deps, { code, codeVerifier }, sessionId, context).catch((failure) => {
          throw failure instanceof ApiError && failure.code === "invalid_grant"
            ? refused("login_code")
            : failure;
        }),
      );
      if (providers.onlyLinks(login.identity.provider)) throw new ApiError("provider_unavailable");
      return { content, ...login };
    },
  };
}

/** @param cause why, for the log alone */
function refused(cause: "state_unknown" | "state_of_another_browser" | "login_code"): ApiError {
  return new ApiError("authorization_expired", { cause });
}

function isKnown(error: string): error is "access_denied" | "temporarily_unavailable" {
  return error === "access_denied" || error === "temporarily_unavailable";
}

/** What players know a provider by: `google` is Google, `my_studio` My studio. */
function nameOf(provider: string): string {
  const words = provider.replaceAll(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function redirect(location: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 302, headers: { ...headers, location } });
}
