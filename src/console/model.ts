import { t } from "elysia";

const text = (maxLength: number) => t.Optional(t.String({ maxLength }));

/** Of a form of the console: each field once, none of them empty. */
export const formBody = t.Record(t.String({ maxLength: 64 }), t.String(), { default: {} });

export const searchQuery = t.Object({ q: text(300), after: text(300) });

export const signInQuery = t.Object({ next: text(2_000), provider: text(64) });

export const playerParams = t.Object({ id: t.String({ pattern: "^[1-9][0-9]{0,9}$" }) });

export const actionParams = t.Object({ ...playerParams.properties, action: t.String() });

export const playerQuery = t.Object({ done: text(32) });

export const auditQuery = t.Object({
  player: text(10),
  actor: text(16),
  id: text(64),
  action: text(32),
  before: text(36),
});
