import { z } from "zod";
import { port } from "../fields";
import type { SettingTable } from "./setting";

export const metricsSettings = {
  METRICS_PORT: {
    file: "metrics.port",
    schema: port,
    sentence: "serves [`/metrics`](docs/metrics.md) on a port of its own, 0 for any; keep it from players",
  },
  METRICS_TOKEN: {
    schema: z.string().regex(/^[\w.~+/-]{16,}$/, "must be 16 or more letters, digits and ._~+/-"),
    sentence:
      "what a scrape sends as its Bearer token; without `METRICS_PORT` it opens `/metrics` beside the API",
  },
} as const satisfies SettingTable;
