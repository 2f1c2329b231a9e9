import { describe, expect, test } from "bun:test";
import { createIssuer } from "../../src/session/issuer";
import { forge } from "../support/access-tokens";
import { signIn } from "../support/players";
import { bearer, expectError, get } from "../support/requests";
import { onEmbedded } from "../support/suite";

describe("the issuer of access tokens", () => {
  onEmbedded((at) => {
    test("a token of the release before is good until the next", async () => {
      const { access_token } = await signIn(at.server);
      const earlier = await forge(access_token, { claims: { iss: "robotouille-account-server" } });
      expect((await get(at.server, "/api/me", bearer(earlier))).status).toBe(200);
    });

    test.each([
      "https://accounts.example",
      "http://localhost:8000/x",
      "http://localhost.example:8000",
      ["a"],
      undefined,
    ])("a token of %j is refused", async (iss) => {
      const { access_token } = await signIn(at.server);
      const foreign = await forge(access_token, { claims: { iss } });
      expectError(await get(at.server, "/api/me", bearer(foreign)), "invalid_token");
    });
  });

  test("with a public address it is that one, whatever the port, and no other is taken", () => {
    const issuer = createIssuer({ publicUrl: "https://accounts.example", port: 8_000 }, () => 41_007);
    expect(issuer.current()).toBe("https://accounts.example");
    expect(issuer.accepts("https://accounts.example")).toBe(true);
    for (const other of ["http://localhost:8000", "https://accounts.example/", "https://other.example"])
      expect(issuer.accepts(other)).toBe(false);
  });

  test("without one servers of this machine take each other's", () => {
    const issuer = createIssuer({ publicUrl: null, port: 8_000 }, () => 41_007);
    expect(issuer.current()).toBe("http://localhost:41007");
    expect(issuer.accepts("http://localhost:8000")).toBe(true);
  });
});
