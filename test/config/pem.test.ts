import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/config";
import { loadKeyRing } from "../../src/session/keys";
import { inFolder, load } from "./support";

const PEM = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ format: "pem", type: "pkcs8" })
  .toString();

const PASTED: [how: string, text: string][] = [
  ["as it is", PEM],
  ["with \\n as two characters", PEM.replaceAll("\n", "\\n")],
  ["with \\r\\n as four characters", PEM.replaceAll("\n", "\\r\\n")],
  ["with the newlines of Windows", PEM.replaceAll("\n", "\r\n")],
  ["with spaces for newlines", PEM.replaceAll("\n", " ")],
  ["on one line", PEM.replaceAll("\n", "")],
  ["in double quotes", `"${PEM}"`],
  ["in single quotes, escaped", `'${PEM.replaceAll("\n", "\\n")}'`],
  ["after a byte order mark", `\uFEFF${PEM}`],
  ["indented", PEM.replaceAll(/^/gm, "    ")],
];

const keyId = async (security: Parameters<typeof loadKeyRing>[0]) =>
  (await loadKeyRing(security, "/nowhere"))[0].id;
const env = { JWT_ALGORITHM: "ES256" };

test.each(PASTED)("a private key pasted %s signs", async (_how, JWT_PRIVATE_KEY) => {
  const expected = await keyId(load({ env: { ...env, JWT_PRIVATE_KEY: PEM } }).security);
  expect(await keyId(load({ env: { ...env, JWT_PRIVATE_KEY } }).security)).toBe(expected);
});

test.each(PASTED)("a private key in a file %s signs", async (_how, text) => {
  const expected = await keyId(load({ env: { ...env, JWT_PRIVATE_KEY: PEM } }).security);
  const { security } = inFolder((cwd) => {
    writeFileSync(join(cwd, "key.pem"), text);
    return loadConfig({ cwd, env: { ...env, JWT_PRIVATE_KEY_FILE: "key.pem" } });
  });
  expect(await keyId(security)).toBe(expected);
});
