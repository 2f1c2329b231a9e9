import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERRORS } from "../src/errors";
import { USERNAME_PROBLEMS } from "../src/users/username";
import { get } from "./support/requests";
import { onEmbedded } from "./support/suite";

const page = readFileSync(join(import.meta.dirname, "../docs/wire.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| `"));

onEmbedded((at) => {
  test("docs/wire.md has every endpoint of the OpenAPI document and no other", async () => {
    const { paths } = JSON.parse((await get(at.server, "/swagger/json")).text) as {
      paths: Record<string, object>;
    };
    const offered = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) =>
          `${method.toUpperCase()} ${path.replace("/auth/{provider}", "/auth/google").replace(/\{(\w+)\}/g, ":$1")}`,
      ),
    );
    const told = rows.flatMap((row) => /^\| `([A-Z]+ [^`?]+)/.exec(row)?.[1] ?? []);
    expect(told.sort()).toEqual(offered.sort());
  });
});

test("docs/wire.md has every error code, with its status", () => {
  const told = new Map<string, number>();
  for (const row of rows) {
    const [, codes = "", status = ""] = row.split("|");
    for (const [, code = ""] of codes.matchAll(/`([a-z_]+)`/g)) told.set(code, Number(status));
  }
  const missing = Object.entries(ERRORS).filter(([code, [status]]) => told.get(code) !== status);
  expect(missing).toEqual([]);
});

test("docs/wire.md has every reason that a name is refused for", () => {
  const row = rows.find((line) => line.startsWith("| `username_invalid`")) ?? "";
  const told = [...(row.split("why:")[1] ?? "").matchAll(/`([a-z_]+)`/g)].map(([, reason]) => reason);
  expect(told).toEqual(USERNAME_PROBLEMS);
});
