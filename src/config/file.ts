import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { days, jwtAlgorithm, keepAliveSeconds, logLevel, minutes, origin, port, secureUrl } from "./fields";
import type { Problems } from "./problems";

const fileSchema = z.strictObject({
  database: z
    .strictObject({ host: z.string().min(1), port, database: z.string().min(1) })
    .partial()
    .nullish(),
  security: z
    .strictObject({
      jwt_algorithm: jwtAlgorithm,
      access_token_expiry_minutes: minutes,
      refresh_token_expiry_days: days,
      refresh_reuse_grace_seconds: z.number().min(0).max(3_600),
      session_max_days: days,
      max_sessions_per_user: z.number().int().min(1).max(1_000),
    })
    .partial()
    .nullish(),
  oauth: z
    .strictObject({
      google_auth_url: secureUrl,
      google_token_url: secureUrl,
      google_token_info_url: secureUrl,
      google_userinfo_url: secureUrl,
      google_certs_url: secureUrl,
      additional_client_ids: z.array(z.string().min(1)),
      redirect_uris: z.array(secureUrl),
    })
    .partial()
    .nullish(),
  server: z
    .strictObject({
      host: z.string().min(1),
      port,
      public_url: secureUrl,
      debug: z.boolean(),
      log_level: logLevel,
      cors_origins: z.array(origin),
      rate_limit_store: z.enum(["memory", "postgres", "redis"]),
      workers: z.union([z.literal("auto"), z.number().int().min(1).max(256)]),
      keep_alive_seconds: keepAliveSeconds,
      trusted_proxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    })
    .partial()
    .nullish(),
});

/** `config.yml`, every section and key optional. */
export type ConfigFile = z.output<typeof fileSchema>;

/** Reads `config.yml`, without the settings that are wrong; a missing file means the defaults. */
export function readConfigFile(path: string, problems: Problems): ConfigFile {
  const yaml = readYaml(path, problems) ?? {};
  const parsed = fileSchema.safeParse(yaml);
  if (parsed.success) return parsed.data;
  problems.addIssues("config.yml: ", parsed.error.issues);
  return fileSchema.safeParse(without(parsed.error.issues, yaml)).data ?? {};
}

/** The file without the keys, or else the sections, that the issues are about. */
function without(issues: z.core.$ZodIssue[], yaml: object): object {
  const left = structuredClone(yaml) as Record<string, Record<string, unknown>>;
  const paths = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
  );
  for (const [section = "", key] of paths.map((path) => path.map(String))) {
    if (key === undefined) delete left[section];
    else delete left[section]?.[key];
  }
  return left;
}

function readYaml(path: string, problems: Problems): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    if (error instanceof YAMLParseError) {
      problems.add(`config.yml: not valid YAML at line ${error.linePos?.[0].line ?? "?"} (${error.code})`);
    } else {
      problems.add(
        `config.yml: cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`,
      );
    }
    return null;
  }
}
