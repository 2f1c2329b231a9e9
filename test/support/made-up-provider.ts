import { createHash, randomBytes } from "node:crypto";
import { ApiError } from "../../src/errors";
import type { AuthorizationUrlParameters, CodeGrant, ProviderFactory } from "../../src/identity/provider";

/** A provider that no studio has: everything a way in takes, in one file. */
export function startMadeUpProvider() {
  const codes = new Map<string, AuthorizationUrlParameters>();
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: signInPage });

  function signInPage(request: Request): Response {
    const { searchParams } = new URL(request.url);
    if (request.method === "GET")
      return new Response("<h1>Made up</h1><form method=post><button>I am Tilda</button></form>", {
        headers: { "content-type": "text/html" },
      });
    const code = randomBytes(8).toString("hex");
    const asked = Object.fromEntries(searchParams) as AuthorizationUrlParameters;
    codes.set(code, asked);
    const back = new URL(asked.redirectUri);
    back.search = new URLSearchParams({ code, state: asked.state }).toString();
    return Response.redirect(back.href, 303);
  }

  function redeem({ code, codeVerifier, redirectUri }: CodeGrant) {
    const asked = codes.get(code);
    codes.delete(code);
    const challenge = createHash("sha256").update(codeVerifier).digest("base64url");
    if (asked?.codeChallenge !== challenge || asked.redirectUri !== redirectUri)
      throw new ApiError("invalid_grant");
    return {
      provider: "made-up",
      subject: "tilda-1",
      email: null,
      emailVerified: false,
      loadProfile: async () => ({ name: "Tilda", picture: null }),
    };
  }

  const factory: ProviderFactory = () => ({
    id: "made-up",
    name: "Made up",
    proofs: {},
    page: {
      authorizationUrl: (parameters) => `${server.url.href}?${new URLSearchParams(parameters)}`,
      exchangeCode: async (grant) => redeem(grant),
    },
    verifyProof: async () => {
      throw new ApiError("provider_unavailable");
    },
  });
  return { factory, stop: () => server.stop(true) };
}
