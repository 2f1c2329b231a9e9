import { z } from "zod";
import { redirectUri } from "../origins";
import type { SettingTable } from "./setting";

const client = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, "must be 1 to 64 letters, digits, dots, hyphens or underscores"),
  name: z.string().trim().min(1).max(64),
  redirect_uris: z.array(redirectUri).default([]),
  first_party: z.boolean().default(false),
});

export const oauthSettings = {
  "oauth.clients": {
    schema: z.array(client).max(1_000),
    default: [],
    shown: "none; in development `game`, on this machine",
    sentence:
      "applications that [sign players in with this server](#sign-in-with-the-game): `{id, name, redirect_uris, first_party}`; players are asked once before one that is not `first_party` gets to know them",
  },
} as const satisfies SettingTable;
