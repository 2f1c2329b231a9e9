import { describe, expect, test } from "bun:test";
import { load, PRODUCTION, problem } from "./support";

const client = (lines: string) => `oauth:\n  clients:\n    - ${lines.replaceAll("\n", "\n      ")}`;

describe("oauth.clients", () => {
  test("development without any has the game, on every page of this machine", () => {
    expect(load().oauth.clients).toEqual([
      { id: "game", name: "The game", redirectUris: [], firstParty: true, anyLoopback: true },
    ]);
  });

  test("production without any has none", () => {
    expect(load({ env: PRODUCTION }).oauth.clients).toEqual([]);
  });

  test("those that are set are all there are, and not the studio's own unless they say so", () => {
    const yaml = client("id: forum\nname: The Forum\nredirect_uris: [https://forum.example/cb]");
    expect(load({ yaml }).oauth.clients).toEqual([
      {
        id: "forum",
        name: "The Forum",
        redirectUris: ["https://forum.example/cb"],
        firstParty: false,
        anyLoopback: false,
      },
    ]);
  });

  test.each([
    ["id: a b\nname: x", "oauth.clients.0.id: must be 1 to 64 letters"],
    ["id: forum", "oauth.clients.0.name:"],
    [
      "id: forum\nname: x\nredirect_uris: [http://forum.example/cb]",
      "oauth.clients.0.redirect_uris.0: must be an https: URL",
    ],
    ["id: forum\nname: x\nredirect_uris: [https://*.example/cb]", "patterns with * are not supported"],
    ["id: forum\nname: x\nsecret: y", "secret: unknown setting"],
    ["id: forum\nname: x\n- id: forum\nname: y", "forum is there twice"],
    ["id: game\nname: x", "game is the studio's own, first_party: true"],
  ])("%j is refused with a sentence", (lines, sentence) => {
    expect(
      problem({ yaml: client(lines.replace("\n- id", "\n- id")).replace("      - id", "    - id") }),
    ).toContain(sentence);
  });
});
