import type { AccountError } from "../errors.ts";
import type { PlayerSummary } from "../identity-conflict.ts";
import type { TransferCode } from "../transfer-code.ts";
import type { UserInfo } from "../user.ts";
import { linkWith } from "./change-user.ts";
import { resolveConflict } from "./conflict.ts";
import type { Host } from "./host.ts";

export async function transferCode({ http: { clock }, request }: Host): Promise<TransferCode> {
  const { transfer_code, expires_in } = await request("POST", "/api/transfer_code");
  return { code: String(transfer_code), expiresAt: new Date(clock.now() + Number(expires_in) * 1000) };
}

export async function loginWithTransferCode(host: Host, code: string): Promise<UserInfo> {
  const { oauth } = host;
  if (!oauth.isLoggedIn()) await host.load();
  if (oauth.isLoggedIn()) await linkTransferCode(host, code);
  else await host.signInWith({ transfer_code: code });
  await linkGuestKey(host);
  return host.refresher.required().user;
}

/** Somebody is signed in: who has nothing to lose makes way. */
async function linkTransferCode(host: Host, transfer_code: string): Promise<void> {
  try {
    await linkWith(host, { transfer_code });
  } catch (error) {
    const { conflict } = error as AccountError;
    if (!conflict || !isEmptyGuest(conflict.mine)) throw error;
    await resolveConflict(host, conflict, "theirs");
  }
}

/** So that after a logout `loginAsGuest()` is this player. A key that is somebody's who has played stays theirs. */
async function linkGuestKey(host: Host): Promise<void> {
  try {
    const guest_key = await host.store.guestKey();
    await linkWith(host, { provider: "guest", guest_key });
  } catch (error) {
    const { conflict, status } = error as AccountError;
    if (conflict && isEmptyGuest(conflict.theirs)) await resolveConflict(host, conflict, "mine");
    // No guests here, or a banned one: there is nothing to bring along.
    else if (!conflict && status !== 400 && status !== 403) throw error;
  }
}

function isEmptyGuest({ guest, stars, level }: PlayerSummary): boolean {
  return guest && stars === 0 && level === 1;
}
