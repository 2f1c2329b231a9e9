import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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

    test("sign-in, rename and sign-out in one reach the other within a second, without anybody asking", async () => {
      const [one, two] = [desktop.game(at.server), desktop.game(at.server)];
      const seen: string[] = [];
      two.oauth.on("login", () => seen.push("login"));
      two.oauth.on("user", ({ name }) => seen.push(name));
      two.oauth.on("logout", () => seen.push("logout"));
      const soon = async (event: string) => {
        const start = performance.now();
        while (!seen.includes(event)) await Bun.sleep(5);
        expect(performance.now() - start).toBeLessThan(1_000);
      };
      const signedIn = one.oauth.login();
      await fetch(await signInAtBrowser(await one.url, freshAccount()));
      await signedIn;
      await soon("login");
      await one.oauth.updateUsername("Two Processes");
      await soon("Two Processes");
      await one.oauth.logout();
      await soon("logout");
    });

    test("a file that somebody removes or empties is a sign-out within a second", async () => {
      for (const spoil of [(path: string) => rmSync(path), (path: string) => writeFileSync(path, "")]) {
        const { oauth, url } = desktop.game(at.server);
        const signedIn = oauth.login();
        await fetch(await signInAtBrowser(await url, freshAccount()));
        await signedIn;
        const out = new Promise((resolve) => oauth.on("logout", () => resolve(performance.now())));
        // Its watcher has looked at it once.
        await Bun.sleep(400);
        const start = performance.now();
        spoil(join(desktop.folder, readdirSync(desktop.folder).find((name) => name.endsWith(".json")) ?? ""));
        expect(Number(await out) - start).toBeLessThan(1_000);
        oauth.dispose();
      }
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
