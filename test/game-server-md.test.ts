import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt, importPKCS8, SignJWT } from "jose";
import { askForDevice, phoneAt, poll } from "./support/devices";
import { playAsGuest } from "./support/guests";
import { codeBlocks } from "./support/markdown";
import { get } from "./support/requests";
import { onEmbedded } from "./support/suite";
import { temporaryFolder } from "./support/temporary";

const PRIVATE_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

const FIXTURES = join(import.meta.dirname, "fixtures");
/** Debian's python3-jwt is this one's, wherever another Python comes first. */
const PYTHONS = ["python3", "/usr/bin/python3"];
const python = PYTHONS.find(
  (path) => Bun.which(path) && Bun.spawnSync([path, "-c", "import jwt, cryptography"]).exitCode === 0,
);

/** Go and the two modules, which it gets from their proxy once. */
function hasGoModules(): boolean {
  const cwd = join(FIXTURES, "game-server-go");
  return Bun.which("go") !== null && Bun.spawnSync(["go", "mod", "download"], { cwd }).exitCode === 0;
}

type Language = {
  isThere: boolean;
  /** Makes a program of the page's lines, in a folder of its own, that prints the player or fails. */
  write(folder: string, lines: string): void;
  prepare?: string[];
  command: string[];
};

const LANGUAGES: Record<string, Language & { language: string }> = {
  jose: {
    language: "ts",
    isThere: true,
    write: (folder, lines) =>
      writeFileSync(
        join(folder, "check.ts"),
        `${lines}\nconsole.log(await playerOf(process.argv[2] ?? ""));\n`,
      ),
    command: [process.execPath, "check.ts"],
  },
  PyJWT: {
    language: "python",
    isThere: python !== undefined,
    write: (folder, lines) =>
      writeFileSync(join(folder, "check.py"), `import sys\n${lines}\nprint(player_of(sys.argv[1]))\n`),
    command: [python ?? "", "check.py"],
  },
  Go: {
    language: "go",
    isThere: hasGoModules(),
    write(folder, lines) {
      cpSync(join(FIXTURES, "game-server-go"), folder, { recursive: true });
      const program = `package main

import (
	"fmt"
	"os"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

${lines}
func main() {
	keys, err := openKeys()
	if err == nil {
		var player string
		if player, err = playerOf(os.Args[1], keys); err == nil {
			fmt.Println(player)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`;
      writeFileSync(join(folder, "main.go"), program);
    },
    prepare: ["go", "build", "-o", "check", "."],
    command: ["./check"],
  },
};

describe.each(Object.entries(LANGUAGES))("the lines of docs/game-server.md for %s", (_, tool) => {
  onEmbedded(
    (at) => {
      const folder = temporaryFolder();
      const issuer = () => phoneAt(at.server).origin;
      const check = async (token: string) => {
        const child = Bun.spawn([...tool.command, token], {
          cwd: folder.path,
          stdout: "pipe",
          stderr: "pipe",
        });
        const said = (await new Response(child.stdout).text()).trim();
        return (await child.exited) === 0 ? said : null;
      };
      beforeAll(async () => {
        if (!tool.isThere) return;
        const lines = codeBlocks("game-server.md", tool.language).join("\n");
        expect(lines).toContain("https://accounts.example.com");
        tool.write(folder.path, lines.replaceAll("https://accounts.example.com", issuer()));
        writeFileSync(join(folder.path, "package.json"), "{}");
        if (tool.language === "ts")
          cpSync(join(import.meta.dirname, "../node_modules/jose"), join(folder.path, "node_modules/jose"), {
            recursive: true,
          });
        if (tool.prepare) expect(await Bun.spawn(tool.prepare, { cwd: folder.path }).exited).toBe(0);
      }, 300_000);
      afterAll(() => folder[Symbol.dispose]());

      test.skipIf(!tool.isThere)(
        "tell whose a token is",
        async () => {
          const { access_token, user } = await playAsGuest(at.server);
          expect(await check(access_token)).toBe(String(user.id));
        },
        60_000,
      );

      test.skipIf(!tool.isThere)(
        "refuse every token that is not the game's and good",
        async () => {
          const key = await importPKCS8(PRIVATE_KEY, "ES256");
          const { access_token } = await playAsGuest(at.server);
          const claims = decodeJwt(access_token);
          const { keys } = (await get(at.server, "/.well-known/jwks.json")).body;
          const kid = keys.find(({ use, alg }) => use === "sig" && alg === "ES256")?.kid ?? "";
          const signed = (changes: object, header: object = {}, by: CryptoKey | Uint8Array = key) =>
            new SignJWT({ ...claims, ...changes })
              .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: kidOf(access_token) ?? kid, ...header })
              .sign(by);
          expect(await check(await signed({}))).toBe(String(claims.sub));
          const other = await importPKCS8(
            generateKeyPairSync("ec", { namedCurve: "P-256" })
              .privateKey.export({ type: "pkcs8", format: "pem" })
              .toString(),
            "ES256",
          );
          const secret = new TextEncoder().encode(JSON.stringify(keys[0]));
          const bad = {
            "another key": await signed({}, {}, other),
            "a secret made of the public key": await signed({}, { alg: "HS256" }, secret),
            "another issuer": await signed({ iss: "https://evil.example" }),
            "another audience": await signed({ aud: "forum" }),
            "a token that is over": await signed({ exp: Math.floor(Date.now() / 1_000) - 60 }),
            "a token without an end": await signed({ exp: undefined }),
            "another client's": await signed({ client_id: "forum" }),
            "another kind of token": await signed({}, { typ: "JWT" }),
            "no signature": `${access_token.split(".").slice(0, 2).join(".")}.`,
            "no token": "x",
          };
          for (const [what, token] of Object.entries(bad))
            expect([what, await check(token)]).toEqual([what, null]);
          expect(await check(await idToken())).toBeNull();
        },
        120_000,
      );

      const idToken = async () => {
        const { device_code, user_code } = await askForDevice(at.server, { scope: "openid" });
        const phone = phoneAt(at.server);
        await phone.answer((await phone.signIn(user_code, "ada@players.example")).sealed, "allow");
        return JSON.parse((await poll(at.server, device_code)).text).id_token as string;
      };
    },
    { env: { JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY: PRIVATE_KEY, JWT_SECRET: "" } },
  );
});

function kidOf(token: string): string | undefined {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
}

test("the lines of docs/game-server.md for websockets are those of the example", async () => {
  const example = await Bun.file(
    join(import.meta.dirname, "../sdk/examples/game-server-python/server.py"),
  ).text();
  const lines = codeBlocks("game-server.md", "py").join("\n").split("\n").filter(Boolean);
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !example.split("\n").includes(line))).toEqual([]);
});
