import { describe, expect, test } from "bun:test";
import { load, problem } from "./support";

describe("how long a connection may be idle", () => {
  test("is 75 s, longer than the 60 s of balancers", () => {
    expect(load().server.keepAliveSeconds).toBe(75);
  });

  test("is a setting, the environment's before the file's", () => {
    const yaml = "server: {keep_alive_seconds: 120}";
    expect(load({ yaml }).server.keepAliveSeconds).toBe(120);
    expect(load({ yaml, env: { SERVER_KEEP_ALIVE_SECONDS: "90" } }).server.keepAliveSeconds).toBe(90);
  });

  test.each(["19", "256", "75.5", "75s", "-1"])(
    "%s is refused: too short for an answer, or no such time",
    (text) => {
      expect(problem({ env: { SERVER_KEEP_ALIVE_SECONDS: text } })).toStartWith(
        "SERVER_KEEP_ALIVE_SECONDS: ",
      );
    },
  );
});
