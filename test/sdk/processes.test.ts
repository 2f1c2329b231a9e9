import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { freshAccount } from "../support/players";
import { onEmbedded } from "../support/suite";
import { Desktop, outcome } from "./support/desktop.ts";
import { signInAtBrowser } from "./support/player.ts";

setDefaultTimeout(60_000);

const PROCESSES = 5;
const KILLS = 15;
const SCRIPT = join(import.meta.dir, "support/refreshing-process.ts");

let desktop: Desktop;

beforeEach(() => {
  desktop = new Desktop();
});

afterEach(() => desktop.close());

onEmbedded((at) => {
  describe("Several processes of one game", () => {
    test("C21 five that share one file, killed at random: it always parses and the session lives", async () => {
      const first = desktop.game(at.server);
      const signedIn = outcome(first.oauth);
      first.oauth.login();
      const email = freshAccount();
      await fetch(await signInAtBrowser(await first.url, email));
      expect(await signedIn).toBe("success");
      first.oauth.dispose();

      const start = () =>
        Bun.spawn([process.execPath, SCRIPT, at.server.origin, desktop.folder], {
          stdio: ["ignore", "ignore", "inherit"],
        });
      const path = join(
        desktop.folder,
        readdirSync(desktop.folder).find((name) => name.endsWith(".json")) ?? "",
      );
      const tokens = new Set<string>();
      const children = Array.from({ length: PROCESSES }, start);
      const signedOut: number[] = [];
      const replace = async (index: number) => {
        const child = children[index]!;
        child.kill("SIGKILL");
        if ((await child.exited) === 3) signedOut.push(index);
        children[index] = start();
      };
      for (let kills = 0; kills < KILLS; kills++) {
        const until = performance.now() + 200 + Math.random() * 200;
        while (performance.now() < until) {
          tokens.add(JSON.parse(readFileSync(path, "utf8")).refreshToken);
          await Bun.sleep(2);
        }
        await replace(Math.floor(Math.random() * PROCESSES));
      }
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map(({ exited }) => exited));

      expect(signedOut).toEqual([]);
      expect(tokens.size).toBeGreaterThan(KILLS);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const next = desktop.game(at.server);
      expect(await next.oauth.loadStoredCredentials()).toBe(true);
      expect(await next.oauth.refreshTokens()).toMatchObject({ email });
      const { rows } = await at.server.database.pool.query(
        "SELECT revoked_at FROM refresh_tokens JOIN users ON users.id = user_id WHERE email = $1",
        [email],
      );
      expect(rows).toEqual([{ revoked_at: null }]);
    });

    test("C9 a sign-out in one process reaches the other when it next needs a token", async () => {
      const one = desktop.game(at.server);
      const signedIn = outcome(one.oauth);
      one.oauth.login();
      await fetch(await signInAtBrowser(await one.url, "bruno"));
      expect(await signedIn).toBe("success");
      const two = desktop.game(at.server);
      await two.oauth.loadStoredCredentials();
      await one.oauth.logout();
      expect(await two.oauth.refreshTokens().catch(({ code }) => code)).toBe("not_logged_in");
      expect(two.oauth.isLoggedIn()).toBe(false);
    });
  });
});
