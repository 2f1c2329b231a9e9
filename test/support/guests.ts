import { expect } from "bun:test";
import { randomBytes } from "node:crypto";
import type { SessionAnswer } from "../../src/session/model";
import { post } from "./requests";

/** A key as a game makes one for each install. */
export function newGuestKey(): string {
  return randomBytes(32).toString("base64url");
}

/** Plays as a guest, by default a new one. */
export async function playAsGuest(
  server: { origin: string },
  guest_key = newGuestKey(),
): Promise<SessionAnswer> {
  const answer = await post(server, "/api/login", { provider: "guest", guest_key });
  expect(answer.text).toStartWith('{"status":"success"');
  return answer.body;
}
