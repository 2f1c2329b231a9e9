import { Elysia } from "elysia";
import { readOrder } from "./orders/model";
import { inForce, obey } from "./orders/obey";
import type { Accounts } from "./picker/accounts";
import { refuseForeignOrigin } from "./same-machine";
import type { ServedStandIns } from "./served";
import { readTokensBody } from "./tokens-body";

const NO_STORE = { headers: { "cache-control": "no-store" } };
/** Not even the connection of the order itself is kept, see `onOrder`. */
const ORDERED = { headers: { "cache-control": "no-store", connection: "close" } };
const NO_FOREIGN_PAGES = {
  transform: ({ request }: { request: Request }) => refuseForeignOrigin(request),
};

/** What a game's own tests call beside the providers' APIs: tokens of a named account, and orders. */
export function localApi(
  standIns: ServedStandIns,
  { accounts, onOrder }: { accounts: Accounts; onOrder: () => void },
) {
  return new Elysia()
    .post(
      "/local/tokens",
      async ({ body, request }) => {
        const { provider, rest } = readTokensBody(body);
        const tokens = await standIns[provider].issueTokens(rest, new URL(request.url).origin);
        return Response.json(tokens, NO_STORE);
      },
      NO_FOREIGN_PAGES,
    )
    .post(
      "/local/orders",
      async ({ body }) => {
        await obey(readOrder(body), standIns, accounts);
        onOrder();
        return Response.json(inForce(standIns), ORDERED);
      },
      NO_FOREIGN_PAGES,
    )
    .get("/local/orders", () => Response.json(inForce(standIns), NO_STORE), NO_FOREIGN_PAGES);
}
