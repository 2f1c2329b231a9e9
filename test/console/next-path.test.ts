import { expect, test } from "bun:test";
import { nextPath } from "../../src/console/visit";

test.each([
  "/console",
  "/console/players/7?done=ban",
  "/console/audit?player=7&before=01985f3a-7c1e-7000-8000-6d1f2a9b3c4d",
])("a sign-in goes on to %s", (path) => {
  expect(nextPath(path)).toBe(path);
});

test.each([
  null,
  "",
  "https://evil.example",
  "//evil.example",
  "/console//evil.example",
  "/consoles",
  "/api/me",
  "/console/%22><script>",
  "/console;url=//evil.example",
  "javascript:alert(1)",
])("and to the first page instead of %p", (path) => {
  expect(nextPath(path)).toBe("/console");
});
