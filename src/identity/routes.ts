import { Elysia } from "elysia";
import { errorResponses } from "../http/model";
import { GUEST } from "../users/model";
import { type ProviderListed, providersAnswer } from "./model";
import type { Providers } from "./providers";

export type ProviderRouteDeps = { providers: Providers; guestsEnabled: boolean };

const GUESTS: ProviderListed = { id: GUEST, name: "Guest", page: false, links_only: false };

/** `GET /api/providers`: what a game may offer a player to sign in with. */
export function providerRoutes({ providers, guestsEnabled }: ProviderRouteDeps) {
  const listed = providers.list().map(({ id, name, page }) => ({
    id,
    name,
    page: page !== undefined,
    links_only: page?.linksOnly === true,
  }));
  const answer = { status: "success" as const, providers: guestsEnabled ? [...listed, GUESTS] : listed };
  return new Elysia({ name: "providers", tags: ["Ways in"] }).get("/api/providers", () => answer, {
    response: { 200: providersAnswer, ...errorResponses() },
    detail: {
      operationId: "listProviders",
      summary: "The ways in that this server has",
      description: "For a game to offer. Nobody needs to be signed in.",
    },
  });
}
