import { type AccountChange, parseChanges } from "../account-change.ts";
import type { UserInfo } from "../user.ts";
import { goOnWith } from "./go-on-with.ts";
import type { Host } from "./host.ts";

export async function changes({ request }: Host): Promise<AccountChange[]> {
  return parseChanges(await request("GET", "/api/changes"));
}

export async function undo(host: Host, id: string): Promise<UserInfo> {
  return goOnWith(host, await host.request("POST", `/api/changes/${encodeURIComponent(id)}/undo`));
}
