// A game that signs its player in by a code, shows it, and has nothing to do meanwhile or afterwards.
import { OAuthManager } from "../../../sdk/src/index.ts";
import { fileStorage } from "../../../sdk/src/storage/file.ts";

const [backendUrl = "", folder = ""] = process.argv.slice(2);
const oauth = new OAuthManager({ backendUrl, storage: fileStorage(folder), callbacks: "immediate" });
let shown: string | undefined;
oauth.on("status", (status) => {
  if (status.state !== "in_progress" || !status.userCode || shown) return;
  shown = status.userCode;
  console.log(shown);
});
console.log((await oauth.login({ mode: "code" })).email);
