import { expect, test } from "bun:test";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

type Operation = {
  summary?: string;
  security?: unknown;
  requestBody?: { content: object };
  responses: Record<string, { description?: string }>;
};

onEmbedded((at) => {
  const operations = async () => {
    const document = JSON.parse((await get(at.server, "/swagger/json")).text) as {
      openapi: string;
      paths: Record<string, Record<string, Operation>>;
    };
    return Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );
  };

  test("whatever has a part of its path to check says that it may not fit", async () => {
    const withPart = (await operations()).filter(({ name }) => name.includes("{"));
    expect(withPart.length).toBeGreaterThan(3);
    for (const { name, operation } of withPart)
      expect([name, Object.keys(operation.responses)]).toEqual([name, expect.arrayContaining(["400"])]);
  });

  test("the document has every endpoint of docs/wire.md and nothing else", async () => {
    expect((await operations()).map(({ name }) => name).sort()).toEqual([
      "DELETE /api/identities/{provider}",
      "DELETE /api/me",
      "DELETE /api/sessions",
      "DELETE /api/sessions/{id}",
      "GET /.well-known/jwks.json",
      "GET /.well-known/oauth-authorization-server",
      "GET /.well-known/openid-configuration",
      "GET /api/changes",
      "GET /api/identities",
      "GET /api/me",
      "GET /api/me/events",
      "GET /api/me/export",
      "GET /api/players",
      "GET /api/players/top",
      "GET /api/providers",
      "GET /api/sessions",
      "GET /auth/{provider}/callback",
      "GET /auth/{provider}/start",
      "GET /device",
      "GET /device/qr.svg",
      "GET /device/return",
      "GET /device/sign-in",
      "GET /health/live",
      "GET /health/ready",
      "GET /oauth/authorize",
      "GET /oauth/userinfo",
      "GET /pictures/{hash}",
      "PATCH /api/players/{id}/progress",
      "POST /api/age_band",
      "POST /api/changes/{id}/undo",
      "POST /api/device/confirm",
      "POST /api/device/lookup",
      "POST /api/identities",
      "POST /api/identities/resolve",
      "POST /api/join_tickets",
      "POST /api/join_tickets/redeem",
      "POST /api/login",
      "POST /api/logout",
      "POST /api/matches",
      "POST /api/me/restore",
      "POST /api/refresh",
      "POST /api/terms",
      "POST /api/transfer_code",
      "POST /api/update_picture",
      "POST /api/update_username",
      "POST /auth/{provider}/callback",
      "POST /device",
      "POST /oauth/device_authorization",
      "POST /oauth/introspect",
      "POST /oauth/revoke",
      "POST /oauth/token",
      "POST /oauth/userinfo",
    ]);
  });

  test("every operation has a summary, described answers and JSON bodies only, but where a browser or an OAuth client posts a form", async () => {
    for (const { name, operation } of await operations()) {
      expect(operation.summary).toBeString();
      for (const answer of Object.values(operation.responses))
        expect(answer).toEqual(
          expect.objectContaining(
            "$ref" in answer ? { $ref: expect.any(String) } : { description: expect.any(String) },
          ),
        );
      if (operation.requestBody)
        expect([name, Object.keys(operation.requestBody.content)]).toEqual([
          name,
          [
            ["POST /auth/{provider}/callback", "POST /device"].includes(name) ||
            name.startsWith("POST /oauth/")
              ? "application/x-www-form-urlencoded"
              : "application/json",
          ],
        ]);
    }
  });

  test("the operations of a server ask for its key", async () => {
    const keyed = (await operations()).filter(
      ({ operation }) => JSON.stringify(operation.security) === '[{"serverKey":[]}]',
    );
    expect(keyed.map(({ name }) => name)).toEqual([
      "POST /api/join_tickets/redeem",
      "PATCH /api/players/{id}/progress",
      "POST /api/matches",
      "POST /oauth/introspect",
    ]);
  });

  test("the operations that need a player ask for a Bearer token", async () => {
    const guarded = (await operations()).filter(
      ({ operation }) => JSON.stringify(operation.security) === '[{"bearer":[]}]',
    );
    expect(guarded.map(({ name }) => name).sort()).toEqual([
      "DELETE /api/identities/{provider}",
      "DELETE /api/me",
      "DELETE /api/sessions",
      "DELETE /api/sessions/{id}",
      "GET /api/changes",
      "GET /api/identities",
      "GET /api/me",
      "GET /api/me/events",
      "GET /api/me/export",
      "GET /api/sessions",
      "GET /oauth/userinfo",
      "POST /api/age_band",
      "POST /api/changes/{id}/undo",
      "POST /api/device/confirm",
      "POST /api/device/lookup",
      "POST /api/identities",
      "POST /api/identities/resolve",
      "POST /api/join_tickets",
      "POST /api/me/restore",
      "POST /api/terms",
      "POST /api/transfer_code",
      "POST /api/update_picture",
      "POST /api/update_username",
      "POST /oauth/userinfo",
    ]);
  });

  test("the explorer's page names no other host", async () => {
    const page = await get(at.server, "/swagger");
    expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});
