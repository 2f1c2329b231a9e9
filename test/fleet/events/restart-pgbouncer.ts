import type { FleetEvent } from "./event";

/** Every connection of every server is cut at once. */
export const restartPgbouncer: FleetEvent = {
  name: "PgBouncer restarts",
  async happen({ pgbouncer }) {
    await pgbouncer.restart();
  },
};
