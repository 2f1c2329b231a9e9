import { z } from "zod";
import type { SettingTable } from "./setting";

export const webhookSettings = {
  "webhooks.allowed_addresses": {
    schema: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    default: [],
    sentence:
      "addresses and CIDR blocks of your own network that [webhooks](docs/webhooks.md) may be sent to in production, beside public ones",
  },
} as const satisfies SettingTable;
