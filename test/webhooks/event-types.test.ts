import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditAction } from "../../src/audit/event";
import { EVENT_TYPES, eventTypeOf, isEventType, UNTOLD_ACTIONS } from "../../src/webhooks/event-types";

const source = readFileSync(join(import.meta.dirname, "../../src/audit/event.ts"), "utf8");
const [, list = ""] = /(?:AUDIT_ACTIONS = \[|type AuditAction =)([^;\]]+)/.exec(source) ?? [];
const ACTIONS = [...list.matchAll(/"([a-z_]+)"/g)].map(([, action]) => action as AuditAction);

test("every action of the audit is told as an event, or is among those that nobody is told of", () => {
  expect(ACTIONS).toContain("rename");
  const unmapped = ACTIONS.filter(
    (action) => eventTypeOf(action) === null && !UNTOLD_ACTIONS.includes(action),
  );
  expect(unmapped).toEqual([]);
});

test("what nobody is told of is no event", () => {
  expect(UNTOLD_ACTIONS.filter((action) => eventTypeOf(action as AuditAction) !== null)).toEqual([]);
});

test("every event has a name of its own kind, and a phrase that fits into a table's cell", () => {
  for (const [type, phrase] of Object.entries(EVENT_TYPES)) {
    expect(type).toMatch(/^player\.[a-z_]+$/);
    expect(phrase, type).toMatch(/^[^|\n]{5,}[^|\n.]$/);
  }
  expect(isEventType("player.renamed")).toBe(true);
  expect(isEventType("toString")).toBe(false);
});
