import { appendFileSync, existsSync, readFileSync } from "node:fs";
import pg from "pg";

// Loaded into the server's process first. While a file `crash-at` is in the working folder, statements are counted:
// "before 2" kills the process, as kill -9 does, when the second is about to be sent, "after 2" when its result has
// come and nobody has seen it yet. "after 2 COMMIT" counts those of that name alone, whatever else the process is at.
// "list" writes each statement's name to `statements`.
type Query = (...parameters: unknown[]) => unknown;

const prototype = pg.Client.prototype as unknown as { query: Query };
const { query } = prototype;
let command = "";
let count = 0;

prototype.query = function (...parameters) {
  if (!existsSync("crash-at")) return query.apply(this, parameters);
  const given = readFileSync("crash-at", "utf8");
  if (given !== command) count = 0;
  command = given;
  const name = nameOf(parameters[0]);
  const [, order, position, wanted = name] = /^(before|after|list) ?(\d*)(?: (.+))?$/.exec(command) ?? [];
  if (order === "list") appendFileSync("statements", `${name}\n`);
  if (wanted === name) count += 1;
  const here = wanted === name && count === Number(position);
  if (here && order === "before") die();
  const callback = parameters.at(-1);
  if (here && order === "after" && typeof callback === "function") parameters[parameters.length - 1] = die;
  const answer = query.apply(this, parameters);
  return here && order === "after" && answer instanceof Promise ? answer.then(die, die) : answer;
};

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function nameOf(statement: unknown): string {
  if (typeof statement === "string") return shortened(statement);
  const { name, text = "" } = statement as { name?: string; text?: string };
  return name ?? shortened(text);
}

/** On one line. */
function shortened(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 30).trim();
}
