import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import type { Problems } from "./problems";
import { fileKey, SETTINGS } from "./settings";
import type { Setting } from "./settings/setting";

const fileSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(sections()).map(([name, keys]) => [name, z.strictObject(keys).partial().nullish()]),
  ),
);

/** `config.yml` by section and key, every one of them optional. */
export type ConfigFile = Record<string, Record<string, unknown> | null | undefined>;

/** The schemas of the file's keys by section. */
function sections(): Record<string, Record<string, z.ZodType>> {
  const sections: Record<string, Record<string, z.ZodType>> = {};
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const place = fileKey(name, setting);
    if (!place) continue;
    sections[place.section] ??= {};
    Object.assign(sections[place.section] ?? {}, { [place.key]: setting.schema });
  }
  return sections;
}

/** Reads `config.yml`, without the settings that are wrong; a missing file means the defaults. */
export function readConfigFile(path: string, problems: Problems): ConfigFile {
  const yaml = readYaml(path, problems) ?? {};
  const parsed = fileSchema.safeParse(yaml);
  if (parsed.success) return parsed.data as ConfigFile;
  problems.addIssues("config.yml: ", parsed.error.issues);
  return (fileSchema.safeParse(without(parsed.error.issues, yaml)).data ?? {}) as ConfigFile;
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
