import { ban } from "../../src/bans/ban";
import { createIdentityHashes } from "../../src/bans/identity-hashes";
import { systemClock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { loadKeyRing } from "../../src/session/keys";
import { newUuidv7 } from "../../src/session/uuidv7";
import { createStores, createTransact } from "../../src/stores";
import { createNamePolicy } from "../../src/users/name-policy";
import { rename } from "../../src/users/rename";
import { deliverDue } from "../../src/webhooks/deliver";
import { endpointSecrets, openEndpoint } from "../../src/webhooks/endpoints";
import { createWebhookPost } from "../../src/webhooks/post";
import { createReceiverAddresses } from "../../src/webhooks/receiver-addresses";
import { beginToCrash } from "./crash-later";

// Does something to a player (`rename 7 "Ann"`, `ban 7 "Cheating"`, or nothing) and sends the studio's servers what is
// due, once: a process of its own, to be killed.
const [what = "", player = "", value = ""] = process.argv.slice(2);
const clock = systemClock;
const config = loadConfig({ cwd: process.cwd(), env: process.env });
const database = await openDatabase(config.database);
beginToCrash();
const stores = createStores(database, clock, config);
const keyRing = await loadKeyRing(config.security, config.dataDir);
const namePolicy = createNamePolicy(config.names);
const id = Number(player);

if (what === "rename") {
  const before = await stores.users.find(id);
  if (!before) throw new Error(`There is no player ${id}.`);
  const event = { id: newUuidv7(clock), requestId: "tell-once" };
  if (before.name !== value) await rename(stores.users, await namePolicy(), before, value, event);
}
const transact = createTransact(database, clock, config);
if (what === "ban") {
  const studio = {
    transact,
    clock,
    identityHashes: createIdentityHashes({ bans: stores.bans, keyRing, clock, onWarning: console.error }),
    namePolicy,
    roles: config.roles,
    statRules: config.game.stats,
  };
  await ban(studio, id, { reason: value, until: null }, { actor: { kind: "system" } });
}
const post = createWebhookPost({ addresses: createReceiverAddresses(null), fetch });
const log = { webhookFailed() {} };
for (const row of await stores.webhooks.listEnabled()) {
  const endpoint = await openEndpoint({ ...stores, secrets: endpointSecrets(keyRing) }, row);
  if (endpoint) await deliverDue({ ...stores, transact, post, clock, log }, endpoint);
}
await database.close();
