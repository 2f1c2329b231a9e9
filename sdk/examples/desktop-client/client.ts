import { intro, isCancel, outro, select } from "@clack/prompts";
// In a game of your own: from "@robotouille/account-sdk".
import { OAuthManager } from "../../src/index.ts";
import {
  callbackHistory,
  changePicture,
  forceRefresh,
  joinTicket,
  logIn,
  logInByCode,
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
const history = new History();
const oauth = new OAuthManager({
  backendUrl,
  clientId,
  appName: "Robotouille Desktop Client",
  // Not into the menu that the player looks at.
  warn: (message) => history.add(`warn: ${message}`),
});
history.listen(oauth);

// What a game loop does once a frame.
const loop = setInterval(() => oauth.processCallbacks(), FRAME_MS);

intro(`Robotouille · ${backendUrl}`);
await oauth.loadStoredCredentials();

const actions = {
  logIn,
  logInByCode,
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
  joinTicket,
  logOut,
  callbackHistory,
  forceRefresh,
};
type Choice = keyof typeof actions | "quit";

/** What can be chosen when nobody is signed in, when somebody is, and always. */
const signedOut: Partial<Record<Choice, string>> = {
  logIn: "Log in",
  logInByCode: "Log in with a phone",
  playAsGuest: "Play as a guest",
  enterTransferCode: "Enter a code of another device",
};
const signedIn: Partial<Record<Choice, string>> = {
  showUser: "User",
  rename: "Rename",
  changePicture: "Picture",
  link: "Link an account",
  waysIn: "Ways in",
  undo: "Take a change back",
  makeTransferCode: "A code for another device",
  enterTransferCode: "Enter a code of another device",
  devices: "Devices",
  joinTicket: "A ticket for a game server",
  forceRefresh: "Force refresh",
  logOut: "Log out",
};
const always: Partial<Record<Choice, string>> = {
  showStatus: "Status",
  callbackHistory: "Callback history",
  quit: "Quit",
};

for (;;) {
  const user = oauth.getUser();
  const offered = Object.entries({ ...(user ? signedIn : signedOut), ...always });
  const choice = await select<Choice>({
    message: user ? `Signed in as ${user.name}${user.guest ? ", a guest" : ""}` : "Nobody is signed in",
    maxItems: offered.length,
    options: offered.map(([value, label]) => ({ value: value as Choice, label })),
  });
  if (isCancel(choice) || choice === "quit") break;
  await actions[choice](oauth, history);
}

clearInterval(loop);
const staysSignedIn = oauth.isLoggedIn();
oauth.dispose();
outro(staysSignedIn ? "You stay signed in for the next start." : "Bye.");
