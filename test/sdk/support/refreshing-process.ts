// One of several processes of a game that share a session: refreshes it until killed. Exit code 3: signed out.
import { OAuthManager } from "../../../sdk/src/index.ts";
import { fileStorage } from "../../../sdk/src/storage/file.ts";

const [backendUrl = "", folder = ""] = process.argv.slice(2);
const oauth = new OAuthManager({ backendUrl, storage: fileStorage(folder), callbacks: "immediate" });
oauth.on("logout", () => process.exit(3));
if (!(await oauth.loadStoredCredentials())) process.exit(3);
for (;;) {
  await oauth.refreshTokens();
  await Bun.sleep(Math.random() * 40);
}
