import { defineCommand } from "citty";
import { systemClock } from "../../src/clock";
import { isVersion } from "../../src/door/client-version";
import { setClientVersion } from "../../src/door/set-door";
import type { ClientVersion } from "../../src/door/store";
import { json } from "./arguments";
import { printJson } from "./output";
import { operator, Refusal, withStores } from "./with-stores";

const ANY: ClientVersion = { minimum: null, url: null, required: false };

const set = defineCommand({
  meta: {
    name: "set",
    description:
      "Let no older version of the game sign in or refresh, within five seconds. Nobody is signed out.",
  },
  args: {
    minimum: { type: "positional", required: true, description: "The oldest one that is let in: 1.4.0." },
    url: { type: "string", description: "Where players get a newer one: an https address." },
    required: {
      type: "boolean",
      description: "Refuse games that do not tell their version too.",
      default: false,
    },
    json,
  },
  run: ({ args }) =>
    change(args.json, { minimum: args.minimum, url: args.url ?? null, required: args.required }),
});

const clear = defineCommand({
  meta: { name: "clear", description: "Let every version in again." },
  args: { json },
  run: ({ args }) => change(args.json, ANY),
});

const show = defineCommand({
  meta: { name: "show", description: "Say which versions are let in." },
  args: { json },
  run: ({ args }) => withStores(async ({ door }) => print(args.json, (await door.read()) ?? ANY)),
});

export const clientVersionCommand = defineCommand({
  meta: { name: "client-version", description: "Which versions of the game are let in." },
  subCommands: { set, clear, show },
});

function change(asJson: boolean, version: ClientVersion): Promise<void> {
  return withStores(async (_stores, { studio: { transact } }) => {
    const { minimum, url } = version;
    if (minimum !== null && !isVersion(minimum))
      throw new Refusal(`"${minimum}" is not a semantic version, as 1.4.0 or 2.0.0-beta.1 is.`);
    if (url !== null && !(URL.canParse(url) && url.length <= 2_048 && new URL(url).protocol === "https:"))
      throw new Refusal("--url must be an https: address.");
    await transact((stores) => setClientVersion(stores, systemClock, version, operator()));
    print(asJson, version);
  });
}

function print(asJson: boolean, { minimum, url, required }: ClientVersion): void {
  const told = { minimum, url, required };
  if (asJson) printJson(told);
  else console.log(sentences(told));
}

function sentences({ minimum, url, required }: ClientVersion): string {
  if (minimum === null) return "Every version of the game is let in.";
  const where = url === null ? "" : `\nPlayers are sent to ${url}`;
  return `Versions before ${minimum} are not let in${required ? ", nor games that tell none" : ""}.${where}`;
}
