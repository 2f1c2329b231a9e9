// A game that signs its guest in as soon as it starts, and waits to be killed.
import { OAuthManager } from "../../../sdk/src/index.ts";
import { fileStorage } from "../../../sdk/src/storage/file.ts";

const [backendUrl = "", folder = ""] = process.argv.slice(2);
const oauth = new OAuthManager({ backendUrl, storage: fileStorage(folder) });
await oauth.loginAsGuest();
await Bun.sleep(10_000);
