import { z } from "zod";
import { secureUrl, text } from "../fields";
import type { SettingTable } from "./setting";

/** Of ten characters, as Apple's console shows them. */
const appleId = z.string().regex(/^[A-Z0-9]{10}$/, "must be ten letters and digits");

export const appleSettings = {
  APPLE_CLIENT_ID: {
    schema: text,
    sentence: "the Services ID, [from Apple](docs/providers/apple.md); without it nobody signs in with Apple",
  },
  APPLE_TEAM_ID: { schema: appleId, sentence: "the team's, ten characters" },
  APPLE_KEY_ID: { schema: appleId, sentence: "of the key for Sign in with Apple, ten characters" },
  APPLE_PRIVATE_KEY: { schema: text, sentence: "that key, PEM (PKCS #8), which Apple gives as a `.p8` file" },
  APPLE_PRIVATE_KEY_FILE: { schema: text, sentence: "or the file that holds it" },
  "apple.additional_client_ids": {
    schema: z.array(text),
    default: [],
    sentence: "bundle ids of apps whose id tokens are accepted as well",
  },
  APPLE_URL: {
    file: "apple.url",
    schema: secureUrl,
    default: "https://appleid.apple.com",
    sentence: "where Apple is; for tests, `https:` unless loopback",
  },
} as const satisfies SettingTable;
