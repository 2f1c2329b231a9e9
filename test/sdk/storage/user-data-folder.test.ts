import { describe, expect, test } from "bun:test";
import { userDataFolder } from "../../../sdk/src/storage/user-data-folder.ts";

const HOME = { home: "/home/ada", env: {} };

describe("The platform's user-data folder", () => {
  test("Linux: XDG_DATA_HOME, or ~/.local/share where it is missing or relative", () => {
    const at = (env: Record<string, string>) =>
      userDataFolder({ platform: "linux", home: "/home/ada", env }, "Kitchen", "Studio");
    expect(at({ XDG_DATA_HOME: "/data" })).toBe("/data/Kitchen");
    expect(at({ XDG_DATA_HOME: "data" })).toBe("/home/ada/.local/share/Kitchen");
    expect(at({})).toBe("/home/ada/.local/share/Kitchen");
  });

  test("macOS: Application Support", () => {
    expect(userDataFolder({ ...HOME, platform: "darwin" }, "Kitchen", "Studio")).toBe(
      "/home/ada/Library/Application Support/Kitchen",
    );
  });

  test("Windows: the author's folder in APPDATA", () => {
    const windows = { platform: "win32", home: "C:\\Users\\ada" };
    const appData = { APPDATA: "D:\\Roaming" };
    expect(userDataFolder({ ...windows, env: appData }, "Kitchen", "Studio")).toBe(
      "D:\\Roaming\\Studio\\Kitchen",
    );
    expect(userDataFolder({ ...windows, env: {} }, "Kitchen", "Studio")).toBe(
      "C:\\Users\\ada\\AppData\\Roaming\\Studio\\Kitchen",
    );
  });

  test("a name cannot leave the folder", () => {
    for (const name of ["..", ".", "../../etc", "a/b", "a\\b", "con:", "x\u0000"]) {
      const folder = userDataFolder({ ...HOME, platform: "linux" }, name, name);
      expect(folder).toStartWith("/home/ada/.local/share/");
      expect(folder.split("/")).toHaveLength(6);
    }
  });

  test("a computer account without a home folder needs none where the environment names the place", () => {
    const host = (platform: string, env: Record<string, string>) => ({
      platform,
      env,
      get home(): string {
        throw new Error("ENOENT");
      },
    });
    expect(userDataFolder(host("linux", { XDG_DATA_HOME: "/data" }), "Kitchen", "Studio")).toBe(
      "/data/Kitchen",
    );
    expect(userDataFolder(host("win32", { APPDATA: "D:\\Roaming" }), "Kitchen", "Studio")).toStartWith("D:");
    expect(() => userDataFolder(host("linux", {}), "Kitchen", "Studio")).toThrow();
  });
});
