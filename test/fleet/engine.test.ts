import { expect, test } from "bun:test";
import { processTree, signalAll } from "./engine";

test("a process is found with all that descend from it, and all of them end", async () => {
  const child = Bun.spawn(["sh", "-c", "sleep 60 & sh -c 'sleep 60 & wait' & wait"], { stdout: "ignore" });
  while (processTree(child.pid).length < 4) await Bun.sleep(10);
  const tree = processTree(child.pid);
  expect(tree[0]).toBe(child.pid);
  signalAll(tree, "SIGKILL");
  await child.exited;
  expect(processTree(child.pid)).toEqual([]);
  // Of those who are gone it asks nothing.
  signalAll(tree, "SIGKILL");
});
