import { z } from "zod";
import { flag, fromText } from "./fields";
import type { Problems } from "./problems";
import { isVariable, SETTINGS, type Settings } from "./settings";
import type { Setting } from "./settings/setting";

/** What the environment sets; a variable that is absent or empty is not set. */
export type Environment = Partial<Pick<Settings, Extract<keyof Settings, Uppercase<string>>>>;

/** The variables the server reads; all others in the environment are somebody else's. */
const environmentSchema = z
  .object(
    Object.fromEntries(
      Object.entries<Setting>(SETTINGS)
        .filter(([name]) => isVariable(name))
        .map(([name, { schema }]) => [name, ofText(schema)]),
    ),
  )
  .partial();

/** Reads the variables of the contract, each named by itself when it is wrong and then left out. */
export function readEnvironment(env: Record<string, string | undefined>, problems: Problems): Environment {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environmentSchema.safeParse(set);
  if (parsed.success) return parsed.data as Environment;
  problems.addIssues("", parsed.error.issues);
  for (const { path } of parsed.error.issues) delete set[String(path[0])];
  return environmentSchema.parse(set) as Environment;
}

/** The schema of a variable, which is always text. */
function ofText(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodNumber) return fromText(schema);
  return schema instanceof z.ZodBoolean ? flag : schema;
}
