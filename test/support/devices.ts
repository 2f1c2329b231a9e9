import { pickAtGoogle } from "./authorization";
import { type Answer, send } from "./requests";
import type { TestServer } from "./server";

/** What RFC 8628 §3.2 answers. */
export type DeviceAuthorization = {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
};

export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

type Target = { origin: string };

/** Sends a form, as OAuth's endpoints take them. */
export function postForm(
  server: Target,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(server, path, { method: "POST", body: new URLSearchParams(form), headers });
}

/** A device asks to be signed in. */
export async function askForDevice(
  server: Target,
  form: Record<string, string> = {},
): Promise<DeviceAuthorization> {
  const answer = await postForm(server, "/oauth/device_authorization", { client_id: "game", ...form });
  if (answer.status !== 200) throw new Error(`asking for a device answered ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}

/** A device asks whether its player has answered. */
export async function poll(
  server: Target,
  device_code: string,
  { client_id = "game", wait }: { client_id?: string; wait?: number } = {},
) {
  const form = { grant_type: DEVICE_CODE_GRANT, device_code, client_id };
  const answer = await postForm(
    server,
    "/oauth/token",
    form,
    wait === undefined ? {} : { prefer: `wait=${wait}` },
  );
  return { ...answer, error: JSON.parse(answer.text).error as string | undefined };
}

/** The browser of a player, on a phone for one: it has cookies of its own and reads pages. */
export function newPhone(origin: string) {
  const cookies = new Map<string, string>();
  const visit = async (url: string | URL, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(new URL(url, origin), { redirect: "manual", ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    const sealed = /name="page" value="([^"]+)"/.exec(text)?.[1] ?? "";
    return { status: response.status, headers: response.headers, text, sealed };
  };
  const locationOf = async (url: string | URL) => {
    const { status, headers } = await visit(url);
    const location = headers.get("location");
    if (!location) throw new Error(`${status} without a Location`);
    return new URL(location, origin);
  };
  return {
    origin,
    cookies,
    visit,
    /** Opens a link of a device, or types its code. */
    open: (userCode: string) => visit(`/device?user_code=${encodeURIComponent(userCode)}`),
    /** Goes on to Google, and comes back to our page as one of its accounts. */
    async signIn(userCode: string, account: string) {
      const atGoogle = await locationOf(`/device/sign-in?user_code=${userCode}`);
      return visit(await locationOf(await pickAtGoogle(atGoogle, account)));
    },
    /** Without a decision the form has none. */
    answer: (sealed: string, decision?: "allow" | "deny", headers: Record<string, string> = { origin }) => {
      const form = { page: sealed, ...(decision ? { decision } : {}) };
      return visit("/device", { method: "POST", body: new URLSearchParams(form), headers });
    },
  };
}

/** A browser at the server's own name. */
export function phoneAt(server: TestServer) {
  return newPhone(`http://localhost:${new URL(server.origin).port}`);
}

/** A player lets a device in, from their first look at its code on. */
export async function letIn(server: TestServer, userCode: string, account: string): Promise<void> {
  const phone = phoneAt(server);
  const { sealed } = await phone.signIn(userCode, account);
  const { status, text } = await phone.answer(sealed, "allow");
  if (status !== 200 || !text.includes("You are signed in"))
    throw new Error(`letting a device in answered ${status}`);
}
