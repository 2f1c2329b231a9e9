import { openDatabase } from "../../src/db/database";
import { callbackUrl, newGame, startUrl } from "../support/authorization";
import { ask, googleToken, refresh } from "../support/client";
import type { Proof } from "../support/proof";
import { startTestServer } from "../support/server";
import { databaseOf } from "../support/test-database";

const STARTS = 3_000;
const GUESSES = 3_400;
const AT_ONCE = 50;

export const hostileAddresses: Proof = {
  name: "hostile addresses",
  title:
    "a site with a /48 of addresses leaves no row, cannot wash out the log, and locks nobody out, not even a neighbour",
  database: "postgres",
  shortRounds: 1,
  longRounds: 20,
  share: 2,
  async prepare(run) {
    const config = (await databaseOf(run.world)).config;
    const database = await openDatabase(config);
    run.world.defer(() => database.close());

    return async () => {
      const server = await startTestServer({
        database,
        env: { RATE_LIMIT: "on" },
        adjust: (all) => ({ ...all, server: { ...all.server, trustedProxies: ["127.0.0.1"] } }),
      });
      try {
        const site = run.random.integer(1, 0xfffe).toString(16);
        const inSite = () =>
          `2001:db8:${site}:${run.random.integer(0, 0xffff).toString(16)}::${run.random.integer(1, 0xffff).toString(16)}`;
        const from = (address: string) => ({ "x-forwarded-for": address });
        const many = async (count: number, act: () => Promise<unknown>) => {
          for (let done = 0; done < count; done += AT_ONCE)
            await Promise.all(Array.from({ length: AT_ONCE }, act));
        };
        const rows = async () => {
          const { rows: counted } = await database.pool.query(
            "SELECT (SELECT count(*) FROM authorization_requests) + (SELECT count(*) FROM login_codes) + (SELECT count(*) FROM spent_proofs) AS n",
          );
          return Number(counted[0].n);
        };
        const before = await rows();
        run.fault(STARTS + GUESSES);
        await many(STARTS, () =>
          fetch(startUrl(server, newGame()), { headers: from(inSite()), redirect: "manual" }),
        );
        const guesses: number[] = [];
        await many(GUESSES, async () => {
          const body = { login_code: crypto.randomUUID(), code_verifier: "v".repeat(43) };
          guesses.push((await ask(server.origin, "POST /api/login", body, from(inSite()))).status);
        });
        run.check((await rows()) === before, "no row is left behind");
        run.check(guesses.includes(429), "whoever guesses from many networks at once is slowed down");
        const lines = (await server.logLines()).filter(({ event }) => event === "refused").length;
        run.check(lines <= 4_800, `${lines} lines of refusals`);

        for (const [who, address] of [
          ["a neighbour in the same site", inSite()],
          ["somebody else", "2001:db8:ffff:1::1"],
        ] as const) {
          const access_token = await googleToken(server.google);
          const login = await ask(server.origin, "POST /api/login", { access_token }, from(address));
          run.check(login.status === 200, `${who} signs in (${login.status})`);
          const again = await refresh(server.origin, login.body.refresh_token);
          run.check(again.status === 200, `${who} refreshes (${again.status})`);
          const callback = await callbackUrl(server, newGame());
          run.check(callback.searchParams.has("code"), `${who} gets to the callback`);
        }
      } finally {
        await server.stop();
      }
    };
  },
};
