import { z } from "zod";
import { days } from "../fields";
import type { SettingTable } from "./setting";

const perHour = z.number().int().min(1).max(1_000_000);

export const guestSettings = {
  "guests.enabled": {
    schema: z.boolean(),
    default: true,
    sentence: "whether players may play as guests, who prove themselves by a key that their game made",
  },
  "guests.new_per_address_per_hour": {
    schema: perHour,
    default: 200,
    sentence:
      "guests who may be new from one address in an hour; 4 and 16 times as many from an IPv6 /56 and /48",
  },
  "guests.new_per_hour": {
    schema: perHour,
    default: 20_000,
    sentence: "and from everywhere",
  },
  "guests.purge_after_days": {
    schema: days,
    default: 90,
    sentence:
      "days after which a guest without progress and without another way in is deleted, counted from the last sign-in and refresh",
  },
} as const satisfies SettingTable;
