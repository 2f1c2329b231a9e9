import { intro, isCancel, outro, select } from "@clack/prompts";
// In a game of your own: from "@robotouille/account-sdk".
import { OAuthManager } from "../../src/index.ts";
import {
  callbackHistory,
  changePicture,
  forceRefresh,
  logIn,
  logOut,
  playAsGuest,
  rename,
  showStatus,
  showUser,
} from "./actions.ts";
import { devices, enterTransferCode, makeTransferCode } from "./devices.ts";
import { History } from "./history.ts";
import { link, undo, waysIn } from "./ways-in.ts";

const FRAME_MS = 16;

const { BACKEND_URL: backendUrl = "http://localhost:8000", GOOGLE_CLIENT_ID: clientId } = process.env;
const oauth = new OAuthManager({ backendUrl, clientId, appName: "Robotouille Desktop Client" });
const history = new History(oauth);

// What a game loop does once a frame.
const loop = setInterval(() => oauth.processCallbacks(), FRAME_MS);

intro(`Robotouille · ${backendUrl}`);
await oauth.loadStoredCredentials();

const actions = {
  logIn,
  playAsGuest,
  enterTransferCode,
  showStatus,
  showUser,
  rename,
  changePicture,
  link,
  waysIn,
  undo,
  makeTransferCode,
  devices,
  logOut,
  callbackHistory,
  forceRefresh,
};

for (;;) {
  const user = oauth.getUser();
  const choice = await select<keyof typeof actions | "quit">({
    message: user ? `Signed in as ${user.name}${user.guest ? ", a guest" : ""}` : "Nobody is signed in",
    maxItems: 20,
    options: [
      { value: "logIn", label: "Log in", disabled: user !== null },
      { value: "playAsGuest", label: "Play as a guest", disabled: user !== null },
      { value: "enterTransferCode", label: "Enter a code of another device" },
      { value: "showStatus", label: "Status" },
      { value: "showUser", label: "User", disabled: user === null },
      { value: "rename", label: "Rename", disabled: user === null },
      { value: "changePicture", label: "Picture", disabled: user === null },
      { value: "link", label: "Link an account", disabled: user === null },
      { value: "waysIn", label: "Ways in", disabled: user === null },
      { value: "undo", label: "Take a change back", disabled: user === null },
      { value: "makeTransferCode", label: "A code for another device", disabled: user === null },
      { value: "devices", label: "Devices", disabled: user === null },
      { value: "logOut", label: "Log out", disabled: user === null },
      { value: "callbackHistory", label: "Callback history", hint: `${history.entries.length} so far` },
      { value: "forceRefresh", label: "Force refresh", disabled: user === null },
      { value: "quit", label: "Quit" },
    ],
  });
  if (isCancel(choice) || choice === "quit") break;
  await actions[choice](oauth, history);
}

clearInterval(loop);
const staysSignedIn = oauth.isLoggedIn();
oauth.dispose();
outro(staysSignedIn ? "You stay signed in for the next start." : "Bye.");
