import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { bundle } from "../../../sdk/bundle.ts";
import { gameServerAt, withStats } from "../../support/game-servers";
import { playAsGuest } from "../../support/guests";
import { onEmbedded } from "../../support/suite";
import { temporaryFolder } from "../../support/temporary";

setDefaultTimeout(60_000);

const PROGRAM = `
import { GameServer } from "./server.js";
const [backendUrl, key, ticket, token] = process.argv.slice(2);
const accounts = new GameServer({ backendUrl, key });
const { user } = await accounts.redeemJoinTicket(ticket);
await accounts.updateProgress(user.id, { stars: 1 }, { ifVersion: 0 });
const [player] = await accounts.reportMatch([{ id: user.id, changes: { stars: 2, stats: { plates: 4 } } }]);
const { userId } = await accounts.verifyAccessToken(token);
const again = await accounts.redeemJoinTicket(ticket).catch(({ code }) => code);
console.log(JSON.stringify([userId === user.id, player.stars, player.stats, again]));
`;

const runtimes: Record<string, string[] | null> = {
  Bun: [process.execPath],
  Node: found("node"),
  Deno: found("deno", "run", "--no-prompt", "--allow-net=127.0.0.1"),
};

function found(name: string, ...options: string[]): string[] | null {
  const path = Bun.which(name);
  return path ? [path, ...options] : null;
}

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(async () => {
  folder = temporaryFolder();
  await Bun.write(join(folder.path, "server.js"), await bundle("server.js"));
});
afterAll(() => folder[Symbol.dispose]());

onEmbedded(
  (at) => {
    for (const [name, command] of Object.entries(runtimes))
      test.skipIf(command === null)(
        `a game server under ${name} lets players in and reports what they won`,
        async () => {
          const calls = gameServerAt(at.server);
          const key = await calls.newKey(["introspect", "tickets:redeem", "progress:write"], "kitchen-eu");
          const session = await playAsGuest(at.server);
          const { ticket } = (await calls.ticket(session, "kitchen-eu")).body;
          const given = name === "Deno" ? "Deno.args" : "process.argv.slice(2)";
          const program = join(folder.path, `${name}.mjs`);
          await Bun.write(program, PROGRAM.replace("process.argv.slice(2)", given));
          const child = Bun.spawn(
            [...(command as string[]), program, at.server.origin, key, ticket, session.access_token],
            { stdout: "pipe", stderr: "pipe" },
          );
          const [output, errors] = await Promise.all([
            new Response(child.stdout).text(),
            new Response(child.stderr).text(),
          ]);
          expect([await child.exited, errors, output]).toEqual([
            0,
            "",
            '[true,3,{"plates":4},"invalid_ticket"]\n',
          ]);
        },
      );

    test("the bundle is web-standard alone", async () => {
      const code = await bundle("server.js");
      expect(new Bun.Transpiler({ loader: "js" }).scan(code).imports).toEqual([]);
      expect(code).not.toMatch(/\bnode:|(?<![.\w])require\(|\bprocess\.|\bBuffer\b/);
    });
  },
  { adjust: withStats },
);
