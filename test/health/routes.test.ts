import { expect, test } from "bun:test";
import { get } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  test.each(["/health/live", "/health/ready"])("%s is 200 while all is well", async (path) => {
    const { status, body } = await get(at.server, path);
    expect([status, body as object]).toEqual([200, { status: "success" }]);
  });
});
