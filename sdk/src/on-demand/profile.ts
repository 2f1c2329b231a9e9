import type { UserInfo } from "../user.ts";
import type { Host } from "./host.ts";

export async function updateUsername({ changeUser }: Host, new_username: string): Promise<UserInfo> {
  return changeUser("POST", "/api/update_username", { new_username });
}

export async function updatePicture({ changeUser }: Host, new_picture: string | null): Promise<UserInfo> {
  return changeUser("POST", "/api/update_picture", { new_picture });
}
