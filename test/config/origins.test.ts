import { describe, expect, test } from "bun:test";
import { load, problem } from "./support";

const corsOrigins = (origin: string) => ({ yaml: `server: {cors_origins: [${JSON.stringify(origin)}]}` });
const redirectUris = (uri: string) => ({ yaml: `oauth: {redirect_uris: [${JSON.stringify(uri)}]}` });

const PATTERN = "must name one host each; patterns with * are not supported";
const OPAQUE = "stands for every file and sandboxed frame there is";

describe("an origin that may read answers", () => {
  test.each([
    "https://game.example",
    "https://game.example:8443",
    "http://localhost:5173",
    "http://tauri.localhost",
    "https://tauri.localhost",
    "capacitor://localhost",
    "ionic://localhost",
    "tauri://localhost",
    "com.studio.game://app",
  ])("may be %s", (origin) => {
    expect(load(corsOrigins(origin)).server.corsOrigins).toEqual([origin]);
  });

  test.each([
    ["https://*.game.example", PATTERN],
    ["*", PATTERN],
    ["capacitor://*", PATTERN],
    ["null", OPAQUE],
    ["file://", OPAQUE],
    ["FILE:///home/player/game.html", OPAQUE],
    ["capacitor://localhost/", "must be an origin"],
    ["capacitor://game.example", "must be an origin"],
    ["javascript://localhost", "must be an origin"],
    ["data:text/html,x", "must be an origin"],
    ["chrome://settings", "must be an origin"],
    ["com.studio.game:/app", "must be an origin"],
    ["game.example", "must be an origin"],
  ])("%s is refused with a sentence", (origin, sentence) => {
    expect(problem(corsOrigins(origin))).toStartWith(`config.yml: server.cors_origins.0: ${sentence}`);
  });
});

describe("a redirect that a sign-in may return to", () => {
  test.each([
    "https://game.example/signed-in",
    "https://game.example",
    "http://localhost:5000/cb",
    "http://tauri.localhost/cb",
    "capacitor://localhost",
    "ionic://localhost/cb",
    "tauri://localhost/cb",
    "com.studio.game:/cb",
    "com.studio.game://cb",
    "com.studio-2.game:cb",
  ])("may be %s", (uri) => {
    expect(load(redirectUris(uri)).google.redirectUris).toEqual([uri]);
  });

  test.each([
    ["https://*.game.example/cb", PATTERN],
    ["null", OPAQUE],
    ["file:///home/player/game.html", OPAQUE],
    ["http://game.example/cb", "must be an https: URL"],
    ["http://localhost.game.example/cb", "must be an https: URL"],
    ["javascript:alert(1)", "must be an https: URL"],
    ["javascript://localhost/%0aalert(1)", "must be an https: URL"],
    ["JavaScript:alert(1)", "must be an https: URL"],
    ["data:text/html,x", "must be an https: URL"],
    ["blob:https://game.example/x", "must be an https: URL"],
    ["mygame:/cb", "must be an https: URL"],
    ["capacitor://game.example/cb", "must be an https: URL"],
    ["Com.Studio.Game:/cb", "must be an https: URL"],
    ["com.studio.game:", "must be an https: URL"],
    ["com.studio.game:/cb#x", "must have no user-info and no fragment"],
    ["https://user@game.example/cb", "must have no user-info and no fragment"],
    ["signed-in", "must be an https: URL"],
  ])("%s is refused with a sentence", (uri, sentence) => {
    expect(problem(redirectUris(uri))).toStartWith(`config.yml: oauth.redirect_uris.0: ${sentence}`);
  });
});
