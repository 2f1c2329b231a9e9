import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ORDERS } from "../../src/stand-ins/orders/model";
import { STAND_INS } from "../../src/stand-ins/stand-ins";
import { type RunningStandIns, startStandIns } from "../../src/stand-ins/start";

const page = readFileSync(join(import.meta.dirname, "../../docs/stand-ins.md"), "utf8");
const bodies = [...page.matchAll(/'(\{"[^']+\})'/g)].map(([, body = ""]) => body);

let standIns: RunningStandIns;
beforeAll(() => {
  standIns = startStandIns({ port: 0, clock: { now: () => new Date() } });
});
afterAll(() => standIns.stop());

describe("docs/stand-ins.md", () => {
  test.each(bodies)("%s does what the page says", async (body) => {
    const path = Object.hasOwn(JSON.parse(body), "order") ? "/local/orders" : "/local/tokens";
    const headers = { "content-type": "application/json" };
    expect((await fetch(standIns.origin + path, { method: "POST", headers, body })).status).toBe(200);
  });

  test("has a row for every stand-in and every order", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? "");
    expect(rows).toEqual([...Object.keys(STAND_INS), ...Object.keys(ORDERS)]);
  });
});

test("the front page has a section for every stand-in, and every order", async () => {
  const front = await (await fetch(standIns.origin)).text();
  for (const name of Object.keys(STAND_INS)) expect(front).toContain(`<h2 id="${name}">`);
  for (const name of Object.keys(ORDERS)) expect(front).toContain(`<dt><code>${name}</code></dt>`);
});
