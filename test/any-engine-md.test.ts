import { expect, test } from "bun:test";
import { type DeviceAuthorization, letIn } from "./support/devices";
import { isInstalled } from "./support/installed";
import { codeBlocks } from "./support/markdown";
import { freshAccount } from "./support/players";
import type { AnswerBody } from "./support/requests";
import { onEmbedded } from "./support/suite";

const isThere = isInstalled(Bun.which("curl") ?? "", "curl");

onEmbedded((at) => {
  /** Runs a request of the page in a shell, with these variables. */
  const curl = async (request: string, variables: Record<string, string> = {}) => {
    const env = { PATH: process.env.PATH ?? "", SERVER: at.server.origin, ...variables };
    const child = Bun.spawn(["sh", "-c", request], { env, stdout: "pipe" });
    return JSON.parse(await new Response(child.stdout).text()) as AnswerBody & DeviceAuthorization;
  };

  test.skipIf(!isThere)(
    "the six requests of docs/any-engine.md sign a player in, and out again",
    async () => {
      const [ask, token, me, rename, refresh, logout, ...others] = codeBlocks("any-engine.md", "sh") as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      expect(others).toEqual([]);
      const account = freshAccount();
      const { device_code, user_code } = await curl(ask);
      const waiting = curl(token, { DEVICE_CODE: device_code });
      await letIn(at.server, user_code, account);
      const session = await waiting;
      const signedIn = { ACCESS_TOKEN: session.access_token };
      expect((await curl(me, signedIn)).user.email).toBe(account);
      expect((await curl(rename, signedIn)).user.name).toBe("Crispy Otter");
      const next = await curl(refresh, { REFRESH_TOKEN: session.refresh_token });
      expect(next.user.name).toBe("Crispy Otter");
      expect(await curl(logout, { REFRESH_TOKEN: next.refresh_token })).toEqual({
        status: "success",
      } as never);
      expect((await curl(refresh, { REFRESH_TOKEN: next.refresh_token })).code).toBe("invalid_grant");
    },
  );
});
