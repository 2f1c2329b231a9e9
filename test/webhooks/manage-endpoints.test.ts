import { afterEach, expect, test } from "bun:test";
import { loadKeyRing } from "../../src/session/keys";
import { createStores, createTransact } from "../../src/stores";
import { endpointSecrets } from "../../src/webhooks/endpoints";
import { addEndpoint, enableEndpoint, removeEndpoint, replay } from "../../src/webhooks/manage-endpoints";
import { freshName, signIn } from "../support/players";
import { bearer, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";
import { webhooksAt } from "../support/webhooks";

const BY = { actor: { kind: "operator", id: "ops" } } as const;
const URL = "https://hooks.example/players?key=in-the-url";

onEachDatabase((at) => {
  const world = () => {
    const { database, clock, config } = at.server;
    const { webhooks } = createStores(database, clock, config);
    return { transact: createTransact(database, clock, config), clock, webhooks };
  };
  const secrets = async () => {
    const { security, dataDir } = at.server.config;
    return endpointSecrets(await loadKeyRing(security, dataDir));
  };
  const audited = async (id: string) => {
    const { rows } = await at.server.database.pool.query(
      "SELECT action, user_id, actor_kind, actor_id, before, after FROM audit_events WHERE action LIKE 'webhook_%' AND coalesce(before, after) ->> 'webhook' = $1 ORDER BY id",
      [id],
    );
    return rows;
  };
  const by = { user_id: null, actor_kind: "operator", actor_id: "ops" };
  afterEach(async () => (await webhooksAt(at.server)).reset());

  test("who adds, enables, replays and removes an endpoint stands in the audit, without a secret", async () => {
    const told = { url: URL, eventTypes: ["player.renamed" as const] };
    const { endpoint, secret } = await addEndpoint(world(), await secrets(), told, BY);
    const { id } = endpoint;
    const session = await signIn(at.server);
    await post(at.server, "/api/update_username", { new_username: freshName() }, bearer(session));
    await at.server.database.pool.query("UPDATE webhook_deliveries SET status = 'failed'");
    expect(await replay(world(), id, { failedOnly: true }, BY)).toBe(1);
    await world().webhooks.disable(id);
    expect(await enableEndpoint(world(), id, BY)).toBe(true);
    // Again, nothing changes.
    expect(await enableEndpoint(world(), id, BY)).toBe(true);
    expect(await removeEndpoint(world(), id, BY)).toBe(true);
    const about = { webhook: id, url: "https://hooks.example/players", events: ["player.renamed"] };
    const events = await audited(id);
    expect(events).toEqual([
      { action: "webhook_add", ...by, before: null, after: about },
      { action: "webhook_replay", ...by, before: null, after: { ...about, events: 1, failed: true } },
      { action: "webhook_enable", ...by, before: null, after: about },
      { action: "webhook_remove", ...by, before: about, after: null },
    ]);
    expect(JSON.stringify(events)).not.toContain(secret.slice(6));
    expect(JSON.stringify(events)).not.toContain("in-the-url");
    expect(await (await webhooksAt(at.server)).rows()).toEqual([]);
  });

  test("what comes to nothing is none", async () => {
    const id = Bun.randomUUIDv7();
    for (const unknown of [id, "nonsense"]) {
      expect(await removeEndpoint(world(), unknown, BY)).toBe(false);
      expect(await enableEndpoint(world(), unknown, BY)).toBe(false);
      expect(await replay(world(), unknown, { failedOnly: true }, BY)).toBeNull();
    }
    expect(await audited(id)).toEqual([]);
  });

  test("what was still to be sent goes also when whoever removed the endpoint was killed before", async () => {
    const { add, rows, webhooks } = await webhooksAt(at.server);
    const { id } = await add({ url: URL });
    await signIn(at.server);
    await webhooks.remove(id);
    expect(await rows()).toHaveLength(1);
    expect(await removeEndpoint(world(), id, BY)).toBe(false);
    expect(await rows()).toEqual([]);
  });
});
