import { describe, expect, test } from "bun:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { type Config, loadConfig } from "../../src/config/config";
import type { Database } from "../../src/db/database";
import { createIdTokens } from "../../src/oauth/id-token";
import { loadKeyRing } from "../../src/session/keys";
import { createSigningKeys } from "../../src/signing-keys/signing-keys";
import { createStores } from "../../src/stores";
import { inFolder } from "../config/support";
import { TestClock } from "../support/clock";
import { forEachDatabase } from "../support/databases";

const secretOf = (letter: string) => `${letter}-0f1e2d3c4b5a69788796a5b4c3d2e1f0`.repeat(2);

const LIFETIME = 3_600;

function configOf(current: string, ...accepted: string[]): Config {
  const config = inFolder((cwd) => loadConfig({ cwd, env: { JWT_SECRET: secretOf(current) } }));
  const others = accepted.map((letter) => ({ algorithm: "HS256" as const, secret: secretOf(letter) }));
  return { ...config, security: { ...config.security, accepted: others } };
}

describe("the key pair of id tokens", () => {
  forEachDatabase((open) => {
    const onDatabase = async (work: (world: ReturnType<typeof worldOn>) => Promise<void>) => {
      const database = await open();
      try {
        await work(worldOn(database));
      } finally {
        await database.close();
      }
    };

    test("is made once, however many servers need it at the same moment", () =>
      onDatabase(async ({ serverWith }) => {
        const servers = await Promise.all(Array.from({ length: 8 }, () => serverWith("a")));
        const ids = await Promise.all(servers.map(async ({ keys }) => (await keys.current()).id));
        expect(new Set(ids).size).toBe(1);
      }));

    test("is not in the database in clear", () =>
      onDatabase(async ({ serverWith, database }) => {
        const { keys } = await serverWith("a");
        await keys.current();
        const { rows } = await database.pool.query("SELECT signing_keys::text AS row FROM signing_keys");
        expect(rows).toHaveLength(1);
        expect(rows[0].row).not.toMatch(/"d"/);
      }));

    test("is read under a secret that has rotated, and encrypted anew, so that the old secret may go", () =>
      onDatabase(async ({ serverWith }) => {
        const { id } = await (await serverWith("a")).keys.current();
        expect((await (await serverWith("b", "a")).keys.current()).id).toBe(id);
        const { keys, warnings } = await serverWith("b");
        expect((await keys.current()).id).toBe(id);
        expect(warnings).toEqual([]);
      }));

    test("is replaced, with a warning, when its secret is gone; what it has signed is good until it expires", () =>
      onDatabase(async ({ serverWith }) => {
        const before = await serverWith("a");
        const token = await before.issue();
        const { keys, warnings, verify } = await serverWith("c");
        expect((await keys.current()).id).not.toBe((await before.keys.current()).id);
        expect(warnings).toHaveLength(1);
        expect((await verify(token)).payload.sub).toBe("7");
      }));

    test("rotates: the one before stays published until its last token has expired, and cannot sign any more", () =>
      onDatabase(async ({ serverWith, clock, database }) => {
        const one = await serverWith("a");
        const token = await one.issue();
        const first = (await one.keys.current()).id;
        const { keys, verify } = await serverWith("a");
        const second = (await keys.rotate()).id;
        expect(second).not.toBe(first);
        const published = async () => (await keys.publicJwks()).map(({ kid }) => kid);
        expect(await published()).toEqual([second, first]);
        expect((await verify(token)).payload.sub).toBe("7");
        const { rows } = await database.pool.query("SELECT private_jwe FROM signing_keys WHERE id = $1", [
          first,
        ]);
        expect(rows).toEqual([{ private_jwe: "" }]);
        // The other server notices within a minute.
        clock.advance(61);
        expect((await one.keys.current()).id).toBe(second);
        clock.advance(LIFETIME + 600);
        expect(await published()).toEqual([second]);
      }));

    test("that was read goes on while the database does not answer", () =>
      onDatabase(async ({ serverWith, clock, fail }) => {
        const { keys } = await serverWith("a");
        const { id } = await keys.current();
        fail(new Error("gone"));
        clock.advance(61);
        expect((await keys.current()).id).toBe(id);
        const late = await serverWith("a");
        expect(await late.keys.current().catch(({ message }) => message)).toBe("gone");
      }));
  });
});

function worldOn(database: Database) {
  const clock = new TestClock();
  let failure: Error | null = null;
  return {
    database,
    clock,
    fail(error: Error) {
      failure = error;
    },
    async serverWith(current: string, ...accepted: string[]) {
      const config = configOf(current, ...accepted);
      const keyRing = await loadKeyRing(config.security, "");
      const warnings: string[] = [];
      const { signingKeys } = createStores(database, clock, config, {
        query: ((statement: never) =>
          failure ? Promise.reject(failure) : database.pool.query(statement)) as never,
      });
      const keys = createSigningKeys(
        { signingKeys, keyRing, clock, onWarning: (line) => warnings.push(line) },
        LIFETIME,
      );
      const idTokens = createIdTokens(keys, () => "https://accounts.example", LIFETIME, clock);
      return {
        keys,
        warnings,
        issue: () =>
          idTokens.issue({
            userId: 7,
            clientId: "forum",
            sessionId: Bun.randomUUIDv7(),
            accessToken: "x",
            nonce: null,
          }),
        verify: async (token: string) =>
          jwtVerify(token, createLocalJWKSet({ keys: await keys.publicJwks() } as JSONWebKeySet)),
      };
    },
  };
}
