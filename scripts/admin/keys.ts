import { defineCommand } from "citty";
import { createKey } from "../../src/server-keys/create-key";
import { revokeKey } from "../../src/server-keys/revoke-key";
import { isServerKeyScope, SERVER_KEY_SCOPES, SERVER_NAME } from "../../src/server-keys/server-key";
import type { ServerKeyRow } from "../../src/server-keys/store";
import { json } from "./arguments";
import { printJson } from "./output";
import { operator, Refusal, withStores } from "./with-stores";

const NAME = /^[^\p{Cc}]{1,64}$/u;

const scopes = Object.entries(SERVER_KEY_SCOPES).map(([scope, meaning]) => `${scope}: ${meaning}`);

const create = defineCommand({
  meta: { name: "create", description: "Make a key for a server. It is shown this once." },
  args: {
    name: { type: "positional", required: true, description: "What the key is called, up to 64 characters." },
    scope: {
      type: "string",
      description: `What it is good for, several with commas. ${scopes.join("; ")}.`,
      required: true,
    },
    server: {
      type: "string",
      description: "The game server that it redeems join tickets for, as players ask for it.",
    },
    json,
  },
  run: ({ args }) =>
    withStores(async (_, { studio }) => {
      const wanted = [...new Set(args.scope.split(","))];
      const unknown = wanted.find((scope) => !isServerKeyScope(scope));
      if (unknown !== undefined)
        throw new Refusal(
          `There is no scope "${unknown}"; there is ${Object.keys(SERVER_KEY_SCOPES).join(", ")}.`,
        );
      if (!NAME.test(args.name))
        throw new Refusal("A name has 1 to 64 characters, none of them a control character.");
      const server = serverNamed(args.server, wanted);
      const scopes = wanted.filter(isServerKeyScope);
      const { key, row } = await createKey(studio, { name: args.name, scopes, server }, operator());
      if (args.json) return printJson({ ...shown(row), key });
      console.log(`${key}\n\nThis is the only time that the key is shown. Its id is ${row.id}.`);
    }),
});

const list = defineCommand({
  meta: {
    name: "list",
    description: "Show the keys there are, revoked ones included; never the keys themselves.",
  },
  args: { json },
  run: ({ args }) =>
    withStores(async ({ serverKeys }) => {
      const rows = (await serverKeys.list()).map(shown);
      if (args.json) return printJson(rows);
      if (rows.length === 0) return console.log("There are no keys.");
      console.table(rows.map(({ scopes, ...row }) => ({ ...row, scopes: scopes.join(",") })));
    }),
});

const revoke = defineCommand({
  meta: { name: "revoke", description: "End a key at once." },
  args: {
    id: { type: "positional", required: true, description: "The key's id, as `list` shows it." },
    json,
  },
  run: ({ args }) =>
    withStores(async (_, { studio }) => {
      const row = await revokeKey(studio, args.id, operator());
      if (!row) throw new Refusal(`There is no key with the id "${args.id}".`);
      if (args.json) return printJson(shown(row));
      console.log(`"${row.name}" is good for nothing any more.`);
    }),
});

export const keysCommand = defineCommand({
  meta: { name: "keys", description: "Keys of the studio's servers." },
  subCommands: { create, list, revoke },
});

/** A ticket is for one game server, so whoever redeems tickets is one. */
function serverNamed(server: string | undefined, scopes: string[]): string | null {
  const redeems = scopes.includes("tickets:redeem");
  if (server === undefined && !redeems) return null;
  if (server === undefined)
    throw new Refusal("A key with tickets:redeem is made for one game server: say which with --server.");
  if (!redeems) throw new Refusal("--server goes with the scope tickets:redeem.");
  if (!new RegExp(SERVER_NAME).test(server))
    throw new Refusal("A game server's name has 1 to 64 letters, digits, dots, hyphens or underscores.");
  return server;
}

function shown({ id, name, scopes, server, createdAt, lastUsedAt, revokedAt }: ServerKeyRow) {
  const text = (time: Date | null) => time?.toISOString() ?? null;
  return {
    id,
    name,
    scopes,
    server,
    created_at: text(createdAt),
    last_used_at: text(lastUsedAt),
    revoked_at: text(revokedAt),
  };
}
