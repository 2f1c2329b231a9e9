import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { Needles } from "./support/needles";

function needlesOf(secret: string): Needles {
  const needles = new Needles();
  needles.addHashed("it", secret);
  return needles;
}

test.each([
  ["a code that a person types", "WDJB-MJHT", "code=wdjb-mjht"],
  ["such a code, as hexadecimal", "WDJB-MJHT", `\\x${Buffer.from("WDJB-MJHT").toString("hex")}`],
  ["a piece of a long one", `sk_${"q7".repeat(21)}x`, `…${"q7".repeat(10)}…`],
  ["the signature of a JWT", `e30.e30.${"s1G".repeat(20)}`, `sent ${"s1G".repeat(9)}`],
  [
    "the inside of a JWE",
    `eyJhbGciOiJkaXIifQ..${"iv".repeat(8)}.${"c4".repeat(40)}.${"t".repeat(22)}`,
    "c4".repeat(12),
  ],
])("%s is found", (_what, secret, text) => {
  expect(needlesOf(secret).in(text)).toEqual(["it"]);
});

test("the hash of a secret is found where it may not be kept either", () => {
  const hash = createHash("sha256").update("WDJB-MJHT").digest("hex");
  expect(needlesOf("WDJB-MJHT").in(hash)).toEqual(["hash of it"]);
});

test("what every JWE begins with gives nothing away", () => {
  const jwe = (inside: string) => `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..${inside}`;
  const needles = needlesOf(jwe(`${"iv".repeat(8)}.${"c4".repeat(40)}.${"t".repeat(22)}`));
  expect(needles.in(jwe(`${"vi".repeat(8)}.${"d5".repeat(40)}.${"u".repeat(22)}`))).toEqual([]);
});
