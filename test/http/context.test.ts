import { expect, test } from "bun:test";
import { signIn } from "../support/players";
import { expectError, send } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  test("S57 a token that strays into a path does not reach the log", async () => {
    const { refresh_token } = await signIn(at.server);
    const answer = await send(at.server, `/api/sessions/${refresh_token}`, { method: "DELETE" });
    expectError(answer, "unauthorized");
    const lines = JSON.stringify(await at.server.logLines()) + at.server.terminal();
    expect(lines).toContain("DELETE /api/sessions/:id");
    expect(lines).not.toContain(refresh_token);
  });
});
