import { newSecret, type Secrets } from "../fleet";
import type { FleetEvent } from "./event";

type Suffix = "" | "_NEXT" | "_PREVIOUS";

/** Both secrets by the README's three steps, each at all servers in any order. */
export const rotateSecret: FleetEvent = {
  name: "the secrets rotate",
  async happen(fleet, { random, say }) {
    const { servers, secrets: old } = fleet;
    const { JWT_SECRET: _, REFRESH_TOKEN_SECRET: __, ...env } = servers.env;
    const renewed: Secrets = { JWT_SECRET: newSecret(), REFRESH_TOKEN_SECRET: newSecret() };
    const steps = [
      { ...old, ...named(renewed, "_NEXT") },
      { ...renewed, ...named(old, "_PREVIOUS") },
      // Days later; players who have not refreshed by then would be signed out.
    ];
    for (const [index, secrets] of steps.entries()) {
      say(`step ${index + 1} at every server`);
      servers.env = { ...env, ...secrets };
      await servers.roll(random.shuffled(servers.indexes));
    }
    fleet.secrets = renewed;
  },
};

function named(secrets: Secrets, suffix: Suffix): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name + suffix, value]));
}
