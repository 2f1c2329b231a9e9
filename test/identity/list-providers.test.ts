import { describe, expect, test } from "bun:test";
import type { ProviderFactory } from "../../src/identity/provider";
import { get } from "../support/requests";
import { onEmbedded, type Suite } from "../support/suite";

const nobodyAsks = () => Promise.reject(new TypeError("nobody asks"));
const tickets: ProviderFactory = () => ({
  id: "tickets",
  name: "Ticket Office",
  proofs: { ticket: [] },
  verifyProof: nobodyAsks,
});
const club: ProviderFactory = () => ({
  id: "club",
  name: "Club",
  proofs: {},
  verifyProof: nobodyAsks,
  page: { linksOnly: true, authorizationUrl: nobodyAsks, exchangeCode: nobodyAsks },
});

async function listed(at: Suite): Promise<unknown[]> {
  const { status, body } = await get(at.server, "/api/providers");
  return status === 200 ? (body as unknown as { providers: unknown[] }).providers : [];
}

describe("With a provider of each kind", () => {
  onEmbedded(
    (at) => {
      test("the list says which ones have a page, and which page only links", async () => {
        const providers = await listed(at);
        expect(providers.slice(-3)).toEqual([
          { id: "tickets", name: "Ticket Office", page: false, links_only: false },
          { id: "club", name: "Club", page: true, links_only: true },
          { id: "guest", name: "Guest", page: false, links_only: false },
        ]);
        expect(providers[0]).toEqual({
          id: "google",
          name: "Google",
          page: true,
          links_only: false,
        });
      });
    },
    { providers: [tickets, club] },
  );
});

describe("Where guests may not play", () => {
  onEmbedded(
    (at) => {
      test("guest is not on the list", async () => {
        const providers = await listed(at);
        expect(providers).not.toBeEmpty();
        expect(providers).not.toContainEqual(expect.objectContaining({ id: "guest" }));
      });
    },
    { adjust: (config) => ({ ...config, guests: { ...config.guests, enabled: false } }) },
  );
});
