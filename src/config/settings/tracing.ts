import { z } from "zod";
import { text } from "../fields";
import type { SettingTable } from "./setting";

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z.url({ protocol: /^https?$/, error: "must be an http: or https: URL" }),
    sentence: "a collector that gets [a span of every request](docs/metrics.md#traces) by OTLP over HTTP",
  },
  OTEL_SERVICE_NAME: {
    schema: text,
    default: "account-server",
    sentence: "what this server is called there",
  },
} as const satisfies SettingTable;
