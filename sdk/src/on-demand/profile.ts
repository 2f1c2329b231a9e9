import type { UserInfo } from "../user.ts";
import { changeUser } from "./change-user.ts";
import type { Host } from "./host.ts";

export async function updateUsername(host: Host, new_username: string): Promise<UserInfo> {
  return changeUser(host, "POST", "/api/update_username", { new_username });
}

export async function updatePicture(host: Host, new_picture: string | null): Promise<UserInfo> {
  return changeUser(host, "POST", "/api/update_picture", { new_picture });
}
