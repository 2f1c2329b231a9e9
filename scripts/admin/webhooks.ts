import { defineCommand } from "citty";
import { systemClock } from "../../src/clock";
import { isUuid, newUuidv7 } from "../../src/session/uuidv7";
import { failureOf } from "../../src/webhooks/deliver";
import { endpointUrlProblem } from "../../src/webhooks/endpoint-url";
import { endpointSecrets, openEndpoint } from "../../src/webhooks/endpoints";
import { EVENT_TYPES, isEventType } from "../../src/webhooks/event-types";
import { addEndpoint, enableEndpoint, removeEndpoint, replay } from "../../src/webhooks/manage-endpoints";
import { signedMessage } from "../../src/webhooks/message";
import { createWebhookPost } from "../../src/webhooks/post";
import { createReceiverAddresses } from "../../src/webhooks/receiver-addresses";
import type { EndpointState, ToldEndpoint, WebhookStore } from "../../src/webhooks/store";
import { json } from "./arguments";
import { printJson } from "./output";
import { operator, Refusal, withStores } from "./with-stores";

const id = {
  type: "positional",
  required: true,
  description: "The webhook's id, as `list` shows it.",
} as const;

const add = defineCommand({
  meta: {
    name: "add",
    description: "Tell a server of yours what happens to players. Its secret is shown this once.",
  },
  args: {
    url: { type: "positional", required: true, description: "Where to, https:." },
    events: {
      type: "string",
      description:
        "What of, several with commas (player.renamed,player.merged); everything unless set. docs/webhooks.md has them all.",
    },
    json,
  },
  run: ({ args }) =>
    withStores(async (_, { config, keyRing, studio }) => {
      const problem = endpointUrlProblem(args.url, config.mode === "production");
      if (problem) throw new Refusal(`The URL ${problem}.`);
      const wanted = [...new Set(args.events?.split(",") ?? [])];
      const unknown = wanted.find((type) => !isEventType(type));
      if (unknown !== undefined)
        throw new Refusal(`There is no event "${unknown}"; there is ${Object.keys(EVENT_TYPES).join(", ")}.`);
      const told = { url: args.url, eventTypes: wanted.filter(isEventType) };
      const { endpoint, secret } = await addEndpoint(studio, endpointSecrets(keyRing), told, operator());
      if (args.json) return printJson({ ...shown(endpoint), secret });
      console.log(
        `${secret}\n\nThis is the only time that the secret is shown. The webhook's id is ${endpoint.id}.`,
      );
    }),
});

const list = defineCommand({
  meta: { name: "list", description: "Show the webhooks there are, and what they have not taken." },
  args: { json },
  run: ({ args }) =>
    withStores(async ({ webhooks }) => {
      const rows = (await webhooks.listStates()).map(listed);
      if (args.json) return printJson(rows);
      if (rows.length === 0) return console.log("There are no webhooks.");
      console.log(rows.map(forPeople).join("\n\n"));
    }),
});

const remove = defineCommand({
  meta: { name: "remove", description: "Send a server nothing any more, and forget what it was to be told." },
  args: { id, json },
  run: ({ args }) =>
    withStores(async ({ webhooks }, { studio }) => {
      const isRemoved = await removeEndpoint({ ...studio, webhooks }, args.id, operator());
      if (!isRemoved) throw new Refusal(unknownId(args.id));
      console.log(
        args.json ? JSON.stringify({ removed: args.id }) : "It is gone, with what was still to be sent.",
      );
    }),
});

const enable = defineCommand({
  meta: { name: "enable", description: "Send again to a server that has answered 410 (Gone)." },
  args: { id, json },
  run: ({ args }) =>
    withStores(async (_, { studio }) => {
      const isEnabled = await enableEndpoint(studio, args.id, operator());
      if (!isEnabled) throw new Refusal(unknownId(args.id));
      console.log(
        args.json ? JSON.stringify({ enabled: args.id }) : "It is sent to again, within ten seconds.",
      );
    }),
});

const sendAgain = defineCommand({
  meta: {
    name: "replay",
    description:
      "Send once more what was delivered or has failed, of the last 30 days; each with the same webhook-id.",
  },
  args: {
    id,
    event: { type: "string", description: "The one of this webhook-id." },
    since: { type: "string", description: "What happened since, as in 2026-11-30T12:00Z." },
    failed: { type: "boolean", description: "What has failed alone.", default: false },
    json,
  },
  run: ({ args }) =>
    withStores(async (_, { studio }) => {
      const { event: eventId, failed: failedOnly } = args;
      const since = args.since === undefined ? undefined : new Date(args.since);
      if (since && Number.isNaN(since.getTime())) throw new Refusal(`"${args.since}" is no time.`);
      if (eventId !== undefined && !isUuid(eventId)) throw new Refusal(`"${eventId}" is no webhook-id.`);
      if (!eventId && !since && !failedOnly) throw new Refusal("Say which: --event, --since or --failed.");
      const filter = { ...(eventId ? { eventId } : {}), ...(since ? { since } : {}), failedOnly };
      const events = await replay(studio, args.id, filter, operator());
      if (events === null) throw new Refusal(unknownId(args.id));
      console.log(
        args.json
          ? JSON.stringify({ replayed: events })
          : `${events} events are sent again, within ten seconds.`,
      );
    }),
});

const test = defineCommand({
  meta: {
    name: "test",
    description: "Send a webhook.test to a server now, and show what it answers. It is not sent again.",
  },
  args: { id, json },
  run: ({ args }) =>
    withStores(async ({ webhooks }, { config, keyRing }) => {
      const row = await existing(webhooks, args.id);
      const endpoint = await openEndpoint({ webhooks, secrets: endpointSecrets(keyRing) }, row);
      if (!endpoint)
        throw new Refusal("Its secret was encrypted under a JWT_SECRET that is gone; add it anew.");
      const event = {
        eventId: newUuidv7(systemClock),
        type: "webhook.test",
        data: {},
        createdAt: systemClock.now(),
      };
      const { headers, body } = signedMessage(event, endpoint.secret, systemClock);
      const addresses = createReceiverAddresses(config.webhooks.allowedAddresses);
      const answer = await createWebhookPost({ addresses, fetch })(endpoint.url, headers, body);
      const failure = failureOf(answer);
      if (args.json) printJson({ event_id: event.eventId, is_taken: failure === null, ...answer });
      else console.log(failure === null ? "It has taken it." : `It has not taken it: ${failure}.`);
      if (failure !== null) process.exitCode = 1;
    }),
});

export const webhooksCommand = defineCommand({
  meta: { name: "webhooks", description: "Servers of yours that are told what happens to players." },
  subCommands: { add, list, remove, enable, replay: sendAgain, test },
});

async function existing(webhooks: WebhookStore, webhookId: string) {
  const row = isUuid(webhookId) ? await webhooks.find(webhookId) : null;
  if (!row) throw new Refusal(unknownId(webhookId));
  return row;
}

function unknownId(webhookId: string): string {
  return `There is no webhook with the id "${webhookId}".`;
}

const text = (time: Date | null) => time?.toISOString() ?? null;

function shown({ id, url, eventTypes, createdAt, disabledAt }: ToldEndpoint) {
  return { id, url, events: eventTypes, created_at: text(createdAt), disabled_at: text(disabledAt) };
}

function forPeople(row: ReturnType<typeof listed>): string {
  const since = row.pending_since ? ` since ${row.pending_since}` : "";
  const failure = row.last_failure ? `, lately for ${row.last_failure}` : "";
  return [
    `${row.id}  ${row.url}`,
    `  told of   ${row.events.join(", ") || "everything"}`,
    `  to send   ${row.pending}${since}${failure}`,
    `  given up  ${row.failed}`,
    ...(row.disabled_at ? [`  disabled  since ${row.disabled_at}, when it said 410 (Gone)`] : []),
  ].join("\n");
}

function listed(row: EndpointState) {
  return {
    ...shown(row),
    pending: row.pending,
    pending_since: text(row.pendingSince),
    failed: row.failed,
    last_failure: row.lastFailure,
  };
}
