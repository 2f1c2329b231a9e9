import { Elysia, t } from "elysia";
import type { Clock } from "../clock";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { errorResponses, errorWith } from "../http/model";
import { PROVIDER_ID } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { IdentityStore } from "../identity/store";
import type { Limits } from "../limits/limits";
import type { Guard } from "../session/guard";
import { sessionAnswer } from "../session/model";
import { isUuid, newUuidv7 } from "../session/uuidv7";
import { proofBody } from "../sign-in/model";
import { readProof } from "../sign-in/proof";
import { type VerifyProofDeps, verifyAndSpendProof } from "../sign-in/verify-proof";
import { userAnswer } from "../users/model";
import { toUser } from "../users/to-user";
import { type LinkDeps, link } from "./link";
import { listChanges } from "./list-changes";
import { changesAnswer, conflictExample, conflictMembers, identitiesAnswer, resolveBody } from "./model";
import { type ResolveDeps, resolveConflict } from "./resolve";
import type { AccountChangeStore } from "./store";
import { undo } from "./undo";
import { unlink } from "./unlink";

export type LinkingRouteDeps = LinkDeps &
  ResolveDeps &
  VerifyProofDeps & {
    accountChanges: AccountChangeStore;
    clock: Clock;
    guard: Guard;
    identities: IdentityStore;
    limits: Limits;
    providers: Providers;
    readContext: ReadContext;
  };

const PROVIDER = new RegExp(PROVIDER_ID);
const REFUSALS = ["unauthorized", "invalid_token", "database_unavailable"] as const;
const BODY_REFUSALS = [
  "validation_failed",
  ...REFUSALS,
  "account_disabled",
  "terms_required",
  "payload_too_large",
  "unsupported_media_type",
  "rate_limited",
] as const;

const LINK_REFUSALS = errorResponses(
  ...BODY_REFUSALS,
  "provider_unavailable",
  "google_token_invalid",
  "google_audience_mismatch",
  "provider_token_invalid",
  "provider_audience_mismatch",
  "invalid_grant",
  "google_unavailable",
  "provider_unavailable_now",
);

/** A player's ways in: to see, to add, to take away, and to take back. */
export function linkingRoutes(deps: LinkingRouteDeps) {
  const { accountChanges, clock, guard, identities, limits, providers, readContext } = deps;
  return new Elysia({ name: "linking", tags: ["Ways in"] })
    .use(guard)
    .get(
      "/api/identities",
      async ({ player }) => ({
        status: "success" as const,
        identities: (await identities.list(player.user.id)).map(
          ({ provider, name, linkedAt, lastUsedAt }) => ({
            provider,
            name,
            linked_at: linkedAt.toISOString(),
            last_used_at: lastUsedAt.toISOString(),
          }),
        ),
      }),
      {
        auth: true,
        response: { 200: identitiesAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "listIdentities",
          summary: "The player's ways in",
          description: "Whatever the player can sign in with.",
        },
      },
    )
    .post(
      "/api/identities",
      async ({ body, player, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        const proof = readProof(body, providers);
        await limits.profileChange(player.user.id);
        // Of a proof that opens a session once; this opens none.
        const unopened = newUuidv7(clock);
        const identity = await limits.signInAttempt(context.ip, () =>
          verifyAndSpendProof(deps, proof, unopened, context),
        );
        return { status: "success" as const, user: toUser(await link(deps, player, identity, context)) };
      },
      {
        auth: true,
        terms: true,
        body: proofBody,
        response: {
          200: userAnswer,
          ...LINK_REFUSALS,
          409: errorWith(["identity_in_use"], "IdentityInUseError", conflictMembers, conflictExample),
        },
        detail: {
          operationId: "linkIdentity",
          summary: "Add a way in",
          description:
            "Takes a proof as /api/login does. The player's id, name and progress stay. When another player signs in with that account, nothing happens: the 409 `identity_in_use` tells both players, and its `ticket` lets this one choose at /api/identities/resolve.",
        },
      },
    )
    .post(
      "/api/identities/resolve",
      async ({ body, player, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        await limits.profileChange(player.user.id);
        return resolveConflict(deps, player, body.ticket, body.keep, context);
      },
      {
        auth: true,
        terms: true,
        body: resolveBody,
        response: { 200: sessionAnswer, ...errorResponses(...BODY_REFUSALS, "authorization_expired") },
        detail: {
          operationId: "resolveIdentityConflict",
          summary: "Make one player of two",
          description:
            "The kept player gets the other's ways in, and of stars and level the higher. The other's devices are signed out, but for this one, which goes on as the kept player's; their id goes on meaning the kept player. Can be taken back for 30 days.",
        },
      },
    )
    .delete(
      "/api/identities/:provider",
      async ({ params, player, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        await limits.profileChange(player.user.id);
        if (!PROVIDER.test(params.provider)) throw new ApiError("not_found");
        await unlink(deps, player, params.provider, context);
        set.status = 204;
      },
      {
        auth: true,
        params: t.Object({ provider: t.String({ description: "As `providers` of the player has it." }) }),
        response: {
          204: t.Void({ description: "Taken away." }),
          ...errorResponses("validation_failed", ...REFUSALS, "not_found", "last_identity", "rate_limited"),
        },
        detail: {
          operationId: "unlinkIdentity",
          summary: "Take a way in away",
          description: "Signed-in devices stay so. Can be taken back for 30 days.",
        },
      },
    )
    .get(
      "/api/changes",
      async ({ player }) => ({
        status: "success" as const,
        changes: await listChanges(accountChanges, player.user.id),
      }),
      {
        auth: true,
        response: { 200: changesAnswer, ...errorResponses(...REFUSALS) },
        detail: {
          operationId: "listChanges",
          summary: "What can be taken back",
          description: "Links, unlinks and merges of the last 30 days, the latest first.",
        },
      },
    )
    .post(
      "/api/changes/:id/undo",
      async ({ params, player, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        await limits.profileChange(player.user.id);
        if (!isUuid(params.id)) throw new ApiError("not_found");
        return undo(deps, player, params.id, context);
      },
      {
        auth: true,
        params: t.Object({ id: t.String({ description: "Of a change." }) }),
        response: {
          200: sessionAnswer,
          ...errorResponses(
            "validation_failed",
            ...REFUSALS,
            "not_found",
            "undo_conflict",
            "last_identity",
            "rate_limited",
          ),
        },
        detail: {
          operationId: "undoChange",
          summary: "Take a change back",
          description:
            "Takes back what the change did and nothing that happened since. After a merge both players are there again; a device that went over goes back.",
        },
      },
    );
}
