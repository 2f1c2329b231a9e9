import { fetchAt } from "../../src/host/fetch-at";
import { createWebhookPost } from "../../src/webhooks/post";

// Posts a webhook to each URL that is named, all of which lead to this machine, and prints what came of it.

const post = createWebhookPost({ addresses: async () => ["127.0.0.1"], fetch: fetchAt, timeoutMs: 2_000 });
for (const url of process.argv.slice(2))
  console.log(JSON.stringify(await post(url, { "content-type": "application/json" }, '{"sent":true}')));
