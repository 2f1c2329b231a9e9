import type { Answer } from "./requests";
import { send } from "./requests";

/** What RFC 8628 §3.2 answers. */
export type DeviceAuthorization = {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
};

/** Sends a form, as OAuth's endpoints take them. */
export function postForm(
  server: { origin: string },
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(server, path, { method: "POST", body: new URLSearchParams(form), headers });
}

/** A device asks to be signed in. */
export async function askForDevice(
  server: { origin: string },
  form: Record<string, string> = {},
): Promise<DeviceAuthorization> {
  const answer = await postForm(server, "/oauth/device_authorization", { client_id: "game", ...form });
  if (answer.status !== 200) throw new Error(`asking for a device answered ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}
