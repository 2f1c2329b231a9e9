import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";
import { temporaryFolder } from "../support/temporary";
import { areInstalled, run } from "./tools";

const DOCUMENTS = { "openapi-3.1.json": "/swagger/json", "openapi-3.0.json": "/openapi.json" };

describe.skipIf(!areInstalled)("in both documents", () => {
  onEmbedded(
    (at) => {
      const lint = async (...command: string[]) => {
        using folder = temporaryFolder();
        for (const [file, path] of Object.entries(DOCUMENTS))
          await Bun.write(join(folder.path, file), (await get(at.server, path)).text);
        await Bun.write(join(folder.path, "spectral.yaml"), 'extends: ["spectral:oas"]\n');
        return await run(["bunx", "--bun", ...command, ...Object.keys(DOCUMENTS)], { cwd: folder.path });
      };

      test("redocly finds neither an error nor a warning", async () => {
        const { exitCode, output } = await lint("redocly", "lint", "--extends=recommended");
        expect(output).toContain("Your API descriptions are valid.");
        expect(output).not.toMatch(/warning|error/i);
        expect(exitCode).toBe(0);
      });

      test("spectral finds nothing at all", async () => {
        const command = ["spectral", "lint", "--fail-severity=hint", "--ruleset=spectral.yaml"];
        const { exitCode, output } = await lint(...command);
        expect(output).toBe("No results with a severity of 'hint' or higher found!\n");
        expect(exitCode).toBe(0);
      });
    },
    // A document of a server on this machine is warned of for its address.
    { env: { SERVER_PUBLIC_URL: "https://accounts.robotouille.test" } },
  );
});
