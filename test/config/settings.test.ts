import { expect, test } from "bun:test";
import { withSettingsTable } from "../../scripts/settings-table";
import { fileKey, isVariable, SETTINGS } from "../../src/config/settings";
import type { Setting } from "../../src/config/settings/setting";

const settings = Object.entries<Setting>(SETTINGS);
const fileKeys = settings.flatMap(([name, setting]) => {
  const place = fileKey(name, setting);
  return place ? [`${place.section}.${place.key}`] : [];
});

test("the README's table is the one that the settings declare", async () => {
  const readme = await Bun.file(`${import.meta.dirname}/../../README.md`).text();
  expect(withSettingsTable(readme)).toBe(readme);
});

test("a README without the table's markers is refused instead of written over", () => {
  expect(() => withSettingsTable("# A page\n")).toThrow("The README lacks");
});

test("every setting has a sentence that fits into a table's cell", () => {
  for (const [name, { sentence, shown }] of settings) {
    expect(sentence, name).toMatch(/^[^|\n]{5,}[^|\n.]$/);
    expect(shown ?? "", name).not.toMatch(/[|\n]/);
  }
});

test("every default is a value that its own setting takes", () => {
  for (const [name, setting] of settings) {
    if (setting.default !== undefined)
      expect(setting.schema.parse(setting.default), name).toEqual(setting.default);
  }
});

test("no two settings share a key of config.yml", () => {
  expect(fileKeys).toEqual([...new Set(fileKeys)]);
});

test("every variable of the contract is a setting", () => {
  const contract = `DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD DATABASE_URL
    JWT_SECRET JWT_ALGORITHM ACCESS_TOKEN_EXPIRY_MINUTES REFRESH_TOKEN_EXPIRY_DAYS
    GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET SERVER_HOST SERVER_PORT DEBUG LOG_LEVEL LOG_DIR
    EMBEDDED_DATA_DIR RATE_LIMIT
    GOOGLE_AUTH_URL GOOGLE_TOKEN_URL GOOGLE_TOKEN_INFO_URL GOOGLE_USERINFO_URL GOOGLE_CERTS_URL`;
  const names = settings.map(([name]) => name).filter(isVariable);
  expect(names).toEqual(expect.arrayContaining(contract.split(/\s+/)));
});

test("every key of the contract may stand in config.yml", () => {
  const contract = `database.host database.port database.database
    security.jwt_algorithm security.access_token_expiry_minutes security.refresh_token_expiry_days
    security.refresh_reuse_grace_seconds security.session_max_days
    oauth.google_auth_url oauth.google_token_url oauth.google_token_info_url oauth.google_userinfo_url
    oauth.google_certs_url oauth.additional_client_ids
    server.host server.port server.debug server.log_level server.cors_origins server.trusted_proxies`;
  expect(fileKeys).toEqual(expect.arrayContaining(contract.split(/\s+/)));
});
