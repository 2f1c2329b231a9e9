import { describe, expect, test } from "bun:test";
import { accountErrorCodes, clientErrorCodes, serverErrorCodes } from "../../sdk/src/errors.ts";
import { ERRORS, type ErrorCode } from "../../src/errors";
import { refusal } from "./support/fake-server.ts";
import { createSignedInGame } from "./support/game.ts";

/**
 * The server's codes that a game is not told by name, and what it is told instead. The SDK sends well-formed requests
 * to paths that exist, so most of these would be defects of its own.
 */
const TOLD_BY_STATUS: Partial<Record<ErrorCode, string>> = {
  unauthorized: "request_failed",
  method_not_allowed: "request_failed",
  payload_too_large: "request_failed",
  unsupported_media_type: "request_failed",
  header_too_large: "request_failed",
  internal_error: "server_error",
  database_unavailable: "server_error",
  temporarily_unavailable: "server_error",
  request_timeout: "request_failed",
  // Of a third party's client; a game is none.
  insufficient_scope: "request_failed",
  // Of calls that the SDK has no method for; `fetch` hands over the answer itself.
  age_band_set: "request_failed",
  reauth_required: "request_failed",
  user_banned: "request_failed",
  // Of game servers, which have an SDK of their own.
  invalid_ticket: "request_failed",
  version_conflict: "request_failed",
  idempotency_key_in_use: "request_failed",
  precondition_failed: "request_failed",
  idempotency_key_reused: "request_failed",
  progress_out_of_range: "request_failed",
  // The SDK answers with the nonce that it is asked for, and tells nobody.
  use_dpop_nonce: "request_failed",
};

describe("The error codes of server and SDK", () => {
  test("every code of the server is one of the SDK's or deliberately told by its status, and none is both", () => {
    expect([...serverErrorCodes, ...Object.keys(TOLD_BY_STATUS)].sort()).toEqual(Object.keys(ERRORS).sort());
  });

  test("no code of the SDK's own findings means something else at the server", () => {
    expect(clientErrorCodes.filter((code) => code in ERRORS)).toEqual([]);
  });

  for (const [code, [status]] of Object.entries(ERRORS)) {
    const told = TOLD_BY_STATUS[code as ErrorCode] ?? code;
    test(`${code} reaches the game as ${told}`, async () => {
      const { oauth, server } = await createSignedInGame();
      server.fault = ({ path }) => (path === "/api/update_username" ? refusal(status, code) : undefined);
      const error = await oauth.updateUsername("Grace").catch((thrown) => thrown);
      expect(error).toMatchObject({ code: told, status });
      expect(accountErrorCodes).toContain(error.code);
    });
  }
});
