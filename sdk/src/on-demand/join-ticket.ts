import type { Host } from "./host.ts";

export async function getJoinTicket({ request }: Host, server: string): Promise<string> {
  return String((await request("POST", "/api/join_tickets", { server })).ticket);
}
