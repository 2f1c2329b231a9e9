import { beforeAll, describe, expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { playAsGuest } from "../support/guests";
import { freshAccount, freshName, signIn } from "../support/players";
import { bearer, post } from "../support/requests";
import { type Studio, studioAt } from "../support/studio";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await studioAt(at.server);
  });
  const found = async (query: string) => (await studio.find(query)).players.map(({ id }) => id);
  const named = async (name: string): Promise<SessionAnswer> => {
    const player = await playAsGuest(at.server);
    expect(
      (await post(at.server, "/api/update_username", { new_username: name }, bearer(player))).status,
    ).toBe(200);
    return player;
  };

  test("by the id", async () => {
    const { user } = await signIn(at.server);
    expect(await found(String(user.id))).toContain(user.id);
    expect((await found(`#${user.id}`))[0]).toBe(user.id);
    expect(await found("2147483647")).toEqual([]);
    expect(await found("99999999999")).toEqual([]);
  });

  test("by an email that an identity tells, whole and in any case", async () => {
    const email = freshAccount();
    const [one, other] = [await signIn(at.server, { email }), await signIn(at.server, { email })];
    expect(await found(email)).toEqual([one.user.id, other.user.id]);
    expect(await found(email.toUpperCase())).toEqual([one.user.id, other.user.id]);
    expect(await found(email.slice(1))).toEqual([]);
  });

  test("by provider and subject", async () => {
    const { user } = await signIn(at.server, { sub: "4711" });
    expect(await found("google:4711")).toEqual([user.id]);
    expect(await found("google:471")).toEqual([]);
  });

  test("by the name in any case, in look-alikes, and as it was before", async () => {
    const name = freshName();
    const { user } = await named(name);
    expect(await found(name.toUpperCase())).toEqual([user.id]);
    const player = await named("Tom Pot Tot");
    expect(await found("ТОМ РОТ ТОТ")).toEqual([player.user.id]);
    await post(at.server, "/api/update_username", { new_username: freshName() }, bearer(player));
    expect(await found("tom pot tot")).toEqual([player.user.id]);
  });

  describe("by the beginning of the name", () => {
    const PREFIX = "Wok_";
    let ids: number[];
    beforeAll(async () => {
      ids = [];
      for (const name of ["Wok_a", "Wok_B", "Wok_c", "Wok-d", "Wok 5", "Wokk"])
        ids.push((await named(name)).user.id);
    });

    test("of which nothing is a wildcard", async () => {
      expect(await found(PREFIX)).toEqual(ids.slice(0, 3));
      expect(await found("%")).toEqual([]);
      expect(await found("Wok\\")).toEqual([]);
    });

    test("page by page", async () => {
      const pages: number[][] = [];
      let after: string | null = null;
      do {
        const { players, next } = await studio.find("wok", { after, limit: 2 });
        pages.push(players.map(({ id }) => id));
        after = next;
      } while (after !== null);
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 2]);
      expect(pages.flat().sort()).toEqual([...ids].sort());
    });
  });

  test("nobody by nothing", async () => {
    for (const query of ["", "  ", "\0", "@", "google:", ":"]) expect(await found(query)).toEqual([]);
  });

  test("every way is an index's", async () => {
    const { pool } = at.server.database;
    const plan = async (text: string) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN; SET LOCAL enable_seqscan = off");
        const { rows } = await client.query(`EXPLAIN ${text}`);
        return rows.map((row) => row["QUERY PLAN"]).join("\n");
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    };
    expect(
      await plan(
        'SELECT FROM users WHERE name_folded COLLATE "C" >= \'wok\' AND name_folded COLLATE "C" < (\'wok\' || chr(1114111)) ORDER BY name_folded COLLATE "C" LIMIT 9',
      ),
    ).toMatch(/^Limit[^\n]*\n[^\n]*Index (Only )?Scan using users_name_folded_idx/);
    expect(await plan("SELECT FROM identities WHERE email = ANY('{a@x,b@x}')")).toContain(
      "identities_email_idx",
    );
  });
});
