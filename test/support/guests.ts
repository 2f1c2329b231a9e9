import { expect } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { newGuestKey } from "./client";
import { post } from "./requests";

export { newGuestKey };

/** Plays as a guest, by default a new one. */
export async function playAsGuest(
  server: { origin: string },
  guest_key = newGuestKey(),
): Promise<SessionAnswer> {
  const answer = await post(server, "/api/login", { provider: "guest", guest_key });
  expect(answer.text).toStartWith('{"status":"success"');
  return answer.body;
}
