import { expect, test } from "bun:test";
import { load, problem } from "./support";

test("who leaves may come back for fourteen days unless told otherwise", () => {
  expect(load().leaving).toEqual({ graceSeconds: 14 * 86_400 });
  expect(load({ yaml: "leaving: {grace_days: 30}" }).leaving).toEqual({ graceSeconds: 30 * 86_400 });
});

test.each([0, 31])("%p days are refused", (days) => {
  expect(problem({ yaml: `leaving: {grace_days: ${days}}` })).toStartWith("config.yml: leaving.grace_days: ");
});
