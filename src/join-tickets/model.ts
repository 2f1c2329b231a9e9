import { Type } from "@sinclair/typebox";
import { t } from "elysia";
import { publicProfile } from "../players/model";
import { statsModel } from "../progress/model";
import { SERVER_NAME } from "../server-keys/server-key";

export const joinTicketBody = t.Object(
  {
    server: t.String({
      pattern: SERVER_NAME,
      description: "The game server to join, as its key names it.",
      examples: ["kitchen-eu"],
    }),
  },
  { title: "JoinTicketRequest" },
);

export const joinTicketAnswer = t.Object(
  {
    status: t.Literal("success"),
    ticket: t.String({ description: "For the game server alone: it serves once." }),
    expires_in: Type.Integer({ description: "Seconds.", examples: [60] }),
  },
  { title: "JoinTicket" },
);

export const redeemBody = t.Object(
  {
    ticket: t.String({
      minLength: 1,
      maxLength: 4_096,
      description: "As the player sent it.",
      examples: ["eyJhbGciOi…"],
    }),
  },
  { title: "RedeemTicketRequest" },
);

export const redeemAnswer = t.Object(
  {
    status: t.Literal("success"),
    user: publicProfile,
    stats: statsModel,
    version: Type.Integer({ description: "Of the progress, for an If-Match.", examples: [3] }),
  },
  { title: "RedeemedTicket" },
);
