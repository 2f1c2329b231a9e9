import type { Terms } from "../terms/terms";
import type { Problems } from "./problems";
import type { Settings } from "./settings";

/** What is asked of players. */
export type DoorConfig = Readonly<{
  terms: Terms;
  /** Whether players say how old they are. */
  asksAge: boolean;
}>;

export function doorSection(settings: Settings, problems: Problems): DoorConfig {
  const { "terms.version": version, "terms.url": url, "age.bands": asksAge } = settings;
  if (version !== undefined && url === undefined) problems.add("terms.url: missing (terms.version is set)");
  if (url !== undefined && version === undefined) problems.add("terms.version: missing (terms.url is set)");
  return { terms: version !== undefined && url !== undefined ? { version, url } : null, asksAge };
}
