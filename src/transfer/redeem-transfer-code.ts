import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import { newUuidv7 } from "../session/uuidv7";
import type { TransferStore } from "./store";
import type { TransferCodes } from "./transfer-code";

export type TransferCodeDeps = { clock: Timepiece; transfers: TransferStore; transferCodes: TransferCodes };

/**
 * Redeems a code that a player made on another device. It serves once; sent again from the same address within a
 * minute, the answer was lost, and the same session comes back.
 * @param sessionId of the session to open
 * @returns a way in of the player's, as if it had been proven, and the session that the code opens
 * @throws {ApiError} invalid_grant
 */
export async function redeemTransferCode(
  { clock, transfers, transferCodes }: TransferCodeDeps,
  code: string,
  sessionId: string,
  { ip, requestId }: RequestContext,
): Promise<{ identity: VerifiedIdentity; sessionId: string }> {
  const redeemed = await transfers.redeem(transferCodes.hashes(code), sessionId, ip, {
    id: newUuidv7(clock),
    requestId,
  });
  if (!redeemed) throw new ApiError("invalid_grant", { message: "The transfer code is not valid." });
  const { identity } = redeemed;
  return {
    identity: { ...identity, loadProfile: async () => ({ name: null, picture: null }) },
    sessionId: redeemed.sessionId,
  };
}
