import { z } from "zod";
import { OAuthError } from "../oauth/oauth-error";
import { PROVIDER_NAMES } from "../stand-ins";

/** The longest that an answer can be ordered to wait: more would look idle to the server. */
const SLOWEST_SECONDS = 120;

/** Whom an order is for; every stand-in when it does not say. */
const provider = z.enum(PROVIDER_NAMES).optional();
const account = z.string().min(1).max(254);

const orderBody = z.discriminatedUnion("order", [
  z.strictObject({
    order: z.literal("fail_next"),
    provider,
    status: z.int().min(400).max(599).default(500),
  }),
  z.strictObject({ order: z.literal("lose_next_answer"), provider }),
  z.strictObject({
    order: z.literal("slow"),
    provider,
    seconds: z.number().min(0).max(SLOWEST_SECONDS),
  }),
  z.strictObject({ order: z.literal("revoke"), provider, account }),
  z.strictObject({ order: z.literal("restore"), provider, account }),
  z.strictObject({ order: z.literal("rotate_keys"), provider }),
  z.strictObject({ order: z.literal("reset"), provider }),
]);

export type Order = z.infer<typeof orderBody>;

/** Every order: what is right for it besides `provider`, and what it does. */
export const ORDERS: Record<Order["order"], { fields: string; does: string }> = {
  fail_next: {
    fields: '"status": 400 to 599, 500 unless given',
    does: "Answers the next question with this status, and does nothing.",
  },
  lose_next_answer: {
    fields: "",
    does: "Does what the next question asks, then closes the connection without an answer.",
  },
  slow: {
    fields: `"seconds": 0 to ${SLOWEST_SECONDS}`,
    does: "Answers every question so much later, until seconds are 0.",
  },
  revoke: {
    fields: '"account": a listed player or an email',
    does: "Refuses the codes, tokens and tickets of a player, until they are picked again.",
  },
  restore: { fields: '"account": a listed player or an email', does: "Takes a revoke back." },
  rotate_keys: {
    fields: "",
    does: "Signs with a new key; the one before it is published until the next rotation.",
  },
  reset: { fields: "", does: "Forgets every order." },
};

/** @throws {OAuthError} `invalid_request`, which says what would be right and repeats nothing of the body. */
export function readOrder(body: unknown): Order {
  const read = orderBody.safeParse(body);
  if (read.success) return read.data;
  const name = orderNameOf(body);
  if (name === null) {
    throw new OAuthError(
      "invalid_request",
      `The body is JSON with "order": ${Object.keys(ORDERS).join(", ")}.`,
    );
  }
  const provider = `"provider": ${PROVIDER_NAMES.join(", ")}, or none for all`;
  const fields = [ORDERS[name].fields, provider].filter((field) => field !== "");
  throw new OAuthError("invalid_request", `The order ${name} takes ${fields.join("; ")}.`);
}

function orderNameOf(body: unknown): Order["order"] | null {
  const { order } = Object(body) as { order?: unknown };
  return typeof order === "string" && Object.hasOwn(ORDERS, order) ? (order as Order["order"]) : null;
}
