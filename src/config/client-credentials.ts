import type { Problems } from "./problems";

export type ClientCredentials = { clientId: string; clientSecret: string };

/**
 * The credentials at a provider that players need not sign in with. Half of them is a problem.
 * @param set the settings of id and secret, by their names and in this order
 * @returns null when neither is set
 */
export function clientCredentials(
  set: Record<string, string | undefined>,
  problems: Problems,
): ClientCredentials | null {
  const values = Object.values(set);
  if (values.every((value) => value === undefined)) return null;
  for (const [name, value] of Object.entries(set)) if (!value) problems.add(`${name}: missing`);
  const [clientId = "", clientSecret = ""] = values;
  return { clientId, clientSecret };
}
