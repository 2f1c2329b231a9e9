import { pickAtGoogle } from "./authorization";
import { newPhone } from "./devices";
import { freshAccount, signIn } from "./players";
import type { TestServer } from "./server";
import { studioAt } from "./studio";

/** A browser at the console, with cookies of its own; it sends forms as the pages do. */
export function consoleAt(server: TestServer) {
  const origin = `http://localhost:${new URL(server.origin).port}`;
  const browser = newPhone(origin);
  let formToken = "";
  const visit = async (path: string, init?: RequestInit) => {
    const answer = await browser.visit(path, init);
    formToken = /name="form_token" value="([^"]+)"/.exec(answer.text)?.[1] ?? formToken;
    return answer;
  };
  return {
    origin,
    cookies: browser.cookies,
    visit,
    /** From the console's sign-in page to Google and back, as one of its accounts. */
    async signIn(account: string, next = "/console") {
      const start = await visit(
        `/console/sign-in/start?${new URLSearchParams({ provider: "google", next })}`,
      );
      const back = await pickAtGoogle(new URL(start.headers.get("location") ?? ""), account);
      return visit((await visit(back.href)).headers.get("location") ?? "");
    },
    /** Sends a form with the token of the page that was seen last. */
    send: (path: string, fields: Record<string, string> = {}, headers: Record<string, string> = { origin }) =>
      visit(path, {
        method: "POST",
        headers,
        body: new URLSearchParams({ form_token: formToken, ...fields }),
      }),
    /** Does something to a player, from their page. */
    async act(id: number, action: string, fields: Record<string, string> = {}) {
      await visit(`/console/players/${id}`);
      return this.send(`/console/players/${id}/${action}`, fields);
    },
  };
}

export type Console = ReturnType<typeof consoleAt>;

/** One of the studio's people: a player who was given a role. */
export async function newStaff(server: TestServer, role: "admin" | "moderator", account = freshAccount()) {
  const { user } = await signIn(server, { account });
  await setRoles(server, user.id, [role]);
  return { account, user };
}

/** What `bun run admin roles set` does. */
export async function setRoles(server: TestServer, userId: number, roles: string[]): Promise<void> {
  await (await studioAt(server)).setRoles(userId, roles);
}

/** The same, signed in to the console. */
export async function staffAt(server: TestServer, role: "admin" | "moderator") {
  const staff = await newStaff(server, role);
  const at = consoleAt(server);
  await at.signIn(staff.account);
  return { ...staff, ...at };
}
