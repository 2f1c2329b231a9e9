import type { Fault, SeenRequest } from "./fake-server.ts";
import { offline } from "./fake-server.ts";
import type { Game } from "./game.ts";

export const CODE = {
  device_code: "device-1",
  user_code: "WDJB-MJHT",
  verification_uri: "https://accounts.test/device",
  verification_uri_complete: "https://accounts.test/device?user_code=WDJB-MJHT",
  expires_in: 600,
  interval: 5,
};

export const QR = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';

/** What `/oauth/token` answers: an error of RFC 8628 §3.5, tokens, or as the network and other servers would. */
export type TokenAnswer = string | Response | Promise<Response> | "tokens" | "offline";

/** An error in OAuth's words (RFC 6749 §5.2). */
export function oauthRefusal(error: string, status = 400, headers: Record<string, string> = {}): Response {
  return Response.json({ error, error_description: `Refused: ${error}.` }, { status, headers });
}

/** Lets the game's server sign in by codes. Tests say what each poll hears, in order; then `authorization_pending`. */
export function serveDeviceCodes({ server, clock }: Pick<Game, "server" | "clock">) {
  const answers: TokenAnswer[] = [];
  /** When each poll came, in seconds of the device that is awake. */
  const polls: { at: number; request: SeenRequest }[] = [];
  const state = {
    answers,
    polls,
    /** In place of the usual answers, by path. */
    instead: {} as Record<string, (request: SeenRequest) => ReturnType<Fault>>,
    get times() {
      return polls.map(({ at }) => at);
    },
  };
  server.fault = (request) => {
    const instead = state.instead[request.path];
    if (instead) return instead(request);
    if (request.path === "/oauth/device_authorization") return Response.json(CODE);
    if (request.path === "/device/qr.svg") return new Response(QR);
    if (request.path !== "/oauth/token") return undefined;
    polls.push({ at: clock.monotonic() / 1000, request });
    const answer = answers.shift() ?? "authorization_pending";
    if (answer === "offline") return offline(request);
    if (answer === "tokens") {
      const { user, ...tokens } = server.signIn();
      return Response.json(tokens);
    }
    return typeof answer === "string" ? oauthRefusal(answer) : answer;
  };
  return state;
}
