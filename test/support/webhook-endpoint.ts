import { systemClock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { loadKeyRing } from "../../src/session/keys";
import { createStores } from "../../src/stores";
import { endpointSecrets, newEndpointSecret } from "../../src/webhooks/endpoints";

/**
 * Lets a receiver know what happens at servers that run in processes of their own.
 * @param env what they are started with: their database and their secret
 * @returns what they sign with
 */
export async function addEndpoint(env: Record<string, string>, url: string): Promise<string> {
  const config = loadConfig({ cwd: import.meta.dirname, env });
  const database = await openDatabase(config.database);
  try {
    const { webhooks } = createStores(database, systemClock, config);
    const secret = newEndpointSecret();
    const secrets = endpointSecrets(await loadKeyRing(config.security, config.dataDir));
    const secretJwe = await secrets.encrypt(secret);
    await webhooks.add({ id: Bun.randomUUIDv7(), url, secretJwe, eventTypes: [] });
    return secret;
  } finally {
    await database.close();
  }
}
