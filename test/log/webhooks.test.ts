import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLog, type WebhookFailureDetails } from "../../src/log/log";
import { load } from "../config/support";
import { temporaryFolder } from "../support/temporary";

const details: WebhookFailureDetails = {
  endpointId: "01a22db5-4614-734c-8fd1-fdba4ab1e5fe",
  eventId: "01a22db5-4614-734c-8fd1-fdba4ab1e5ff",
  type: "player.renamed",
  attempt: 2,
  cause: "http_500",
  outcome: "put_off",
};

test("a webhook that was not taken is a line of ids and codes, and a thousand of them are ten lines and a number", async () => {
  using folder = temporaryFolder();
  const log = createLog({ ...load(), logDir: folder.path }, { write: () => true });
  for (let time = 0; time < 1_000; time++) log.webhookFailed(details);
  log.webhookFailed({ ...details, outcome: "given_up" });
  await log.close();
  const lines = readFileSync(join(folder.path, "login.log"), "utf8").trim().split("\n");
  const { endpointId, eventId, ...rest } = details;
  const line = {
    event: "webhook_failed",
    level: "warn",
    endpoint_id: endpointId,
    event_id: eventId,
    ...rest,
  };
  expect(lines.map((text) => ({ ...JSON.parse(text), time: null }))).toEqual([
    ...Array(10).fill({ ...line, time: null }),
    { ...line, time: null, outcome: "given_up" },
  ]);
});
