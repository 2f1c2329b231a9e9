import { parseDevices, type SignedInDevice } from "../signed-in-device.ts";
import type { Host } from "./host.ts";

export async function sessions({ request }: Host): Promise<SignedInDevice[]> {
  return parseDevices(await request("GET", "/api/sessions"));
}

export async function signOutDevice(host: Host, id: string): Promise<void> {
  const devices = await sessions(host);
  if (devices.some((device) => device.current && device.id === id)) return host.oauth.logout();
  await host.request("DELETE", `/api/sessions/${encodeURIComponent(id)}`);
}

export async function signOutEverywhere({ request, oauth }: Host): Promise<void> {
  await request("DELETE", "/api/sessions");
  await oauth.logout();
}
