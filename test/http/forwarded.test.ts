import { describe, expect, test } from "bun:test";
import { haproxyAvailable, startHaproxy } from "../support/haproxy";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded(
  (at) => {
    /** The address in the line of a refusal that some headers come with. */
    const loggedAddress = async (server: { origin: string }, headers: Record<string, string> = {}) => {
      await get(server, "/api/me", headers);
      return (await at.server.logLines()).at(-1)?.ip;
    };

    test.each<[who: string, headers: Record<string, string>, client: string]>([
      ["Azure's gateway", { "x-forwarded-for": "203.0.113.7:51234" }, "203.0.113.7"],
      [
        "one of two headers",
        { "x-forwarded-for": "203.0.113.7", forwarded: "for=198.51.100.1" },
        "203.0.113.7",
      ],
      ["a proxy of RFC 7239", { forwarded: 'for="[2001:db8::7]:51234";proto=https' }, "2001:db8::7"],
    ])("login.log has the client's address behind %s", async (_who, headers, client) => {
      expect(await loggedAddress(at.server, headers)).toBe(client);
    });

    describe.skipIf(!haproxyAvailable())("behind a real HAProxy", () => {
      test.each([
        ["option forwardfor if-none", "198.51.100.1, 203.0.113.7"],
        ["http-request set-header X-Forwarded-For 203.0.113.7:%[src_port]", "198.51.100.1"],
        ['http-request set-header Forwarded for=\\"203.0.113.7:%[src_port]\\"', null],
        ["http-request set-header X-Forwarded-For [::ffff:203.0.113.7]:%[src_port]", "198.51.100.1"],
      ])(
        "`%s` brings the client's",
        async (line, sent) => {
          await using stack = new AsyncDisposableStack();
          const haproxy = await startHaproxy(at.server, [line]);
          stack.defer(() => haproxy.stop());
          const headers = sent === null ? undefined : { "x-forwarded-for": sent };
          while ((await get(haproxy, "/health/live").catch(() => null)) === null) await Bun.sleep(20);
          expect(await loggedAddress(haproxy, headers)).toBe("203.0.113.7");
        },
        30_000,
      );
    });
  },
  { adjust: (config) => ({ ...config, server: { ...config.server, trustedProxies: ["127.0.0.1"] } }) },
);
