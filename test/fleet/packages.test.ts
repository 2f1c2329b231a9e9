import { expect, test } from "bun:test";
import { installLine, missingPackages } from "./packages";

test("what is not installed is named, with the line that installs it", () => {
  const missing = missingPackages({ patroni: () => false, haproxy: () => true, "etcd-server": () => false });
  expect(missing).toEqual(["patroni", "etcd-server"]);
  expect(installLine(missing)).toBe("sudo apt-get install --no-install-recommends patroni etcd-server");
});
