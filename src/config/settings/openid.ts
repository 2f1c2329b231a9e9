import { z } from "zod";
import { text } from "../fields";
import { issuerUrl } from "../issuer";
import type { SettingTable } from "./setting";

/** Ways in of this server's own, whose names no issuer takes. */
const BUILT_IN = new Set(["google", "google_play", "steam", "discord", "apple", "guest"]);

const id = z
  .string()
  .regex(/^[a-z0-9_-]{1,64}$/, "must be 1 to 64 of a-z, 0-9, _ and -")
  .refine((name) => !BUILT_IN.has(name), "is the name of a built-in provider");

const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, "must be words with a space between")
  .refine((words) => words.split(" ").includes("openid"), "must have openid among its words");

const issuer = z.strictObject({
  id,
  issuer: issuerUrl,
  client_id: text,
  name: text.max(64).optional(),
  scope: scope.default("openid profile email"),
});

const issuers = z
  .array(issuer)
  .refine(
    (all) => new Set(all.map(({ id }) => id)).size === all.length,
    "must have another id for every issuer",
  );

export const openIdSettings = {
  "openid.issuers": {
    schema: issuers,
    default: [],
    sentence:
      "OpenID Connect issuers whose players may sign in, each `{ id, issuer, client_id, name?, scope? }` ([how](docs/providers/openid.md)); `scope` is `openid profile email` unless set",
  },
  OPENID_CLIENT_SECRETS: {
    schema: text,
    sentence: "their secrets, `id=secret` with a space between; an issuer without one knows a public client",
  },
} as const satisfies SettingTable;
