import { expect, test } from "bun:test";
import { licenceProblems } from "../../scripts/licences";
import { productionPackages } from "../../scripts/locked-packages";

const { packages } = productionPackages();
const problemsWith = (licence: string | null, name = "newcomer") =>
  licenceProblems([...packages, { id: `${name}@1.0.0`, name, licence }]);

test("every package that the server needs is under a licence that was agreed to", () => {
  expect(licenceProblems(packages)).toEqual([]);
});

test.each(["MIT", "(GPL-3.0-only OR MIT)", "MIT AND (ISC OR AGPL-3.0-only)"])(
  "%s is agreed to",
  (licence) => {
    expect(problemsWith(licence)).toEqual([]);
  },
);

test.each([
  "GPL-3.0-only",
  "MIT AND AGPL-3.0-only",
  "EPL-2.0",
  "UNLICENSED",
  "SEE LICENSE IN LICENSE.md",
  "LicenseRef-ours",
])("a package under %s is refused", (licence) => {
  expect(problemsWith(licence)).toEqual([`newcomer@1.0.0 is under ${licence}.`]);
});

test("a package without a licence is refused, and so is a new licence of an exception", () => {
  expect(problemsWith(null)).toEqual(["newcomer@1.0.0 is under no licence."]);
  expect(problemsWith("GPL-3.0-only", "elkjs")).toEqual(["elkjs@1.0.0 is under GPL-3.0-only."]);
});

test("an exception that no package needs is to go", () => {
  expect(licenceProblems(packages.filter(({ name }) => name !== "elkjs"))).toEqual([
    "elkjs needs no exception.",
  ]);
});
