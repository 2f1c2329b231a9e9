import { describe, expect, test } from "bun:test";
import { breakingChanges } from "../../scripts/openapi/breaking-changes";
import { readReleased, toRelease } from "../../scripts/openapi/released";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";
import { areInstalled } from "./tools";

describe.skipIf(!areInstalled)("a client that was made of the released document", () => {
  onEmbedded((at) => {
    test("goes on working", async () => {
      const current = toRelease(JSON.parse((await get(at.server, "/swagger/json")).text));
      expect(await breakingChanges(await readReleased(), current)).toEqual([]);
    });
  });
});
