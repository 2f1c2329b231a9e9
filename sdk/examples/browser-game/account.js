import { progressOf } from "./format.js";
import { setUpLeaving } from "./leaving.js";
import { setUpLinking } from "./linking.js";
import { element, showAvatar } from "./page.js";
import { setUpPanel } from "./panel.js";
import { setUpPhone } from "./phone.js";
import { setUpRename } from "./rename.js";
import { setUpTransfer } from "./transfer.js";
import { refuseInsecurePage, setUpWelcome } from "./welcome.js";

/** The player's account, with the buttons and texts around the game. */
export function createAccount() {
  if (!isSecureContext) refuseInsecurePage();
  // The game is served by the account server, at /play/ below the server's own address.
  const backendUrl = new URL("..", location.href).href;
  const oauth = new RobotouilleAccount.OAuthManager({ backendUrl });

  setUpWelcome(oauth);
  setUpPhone(oauth);
  setUpLinking(oauth);
  setUpPanel(oauth);
  setUpTransfer(oauth);
  setUpRename(oauth);
  setUpLeaving(oauth, backendUrl);
  oauth.on("user", showPlayer);
  oauth.on("status", showStatus);
  oauth.loadStoredCredentials();
  return oauth;
}

function showPlayer(user) {
  element("name").textContent = user.name;
  element("progress").textContent = progressOf(user);
  showAvatar(element("avatar"), user);
}

function showStatus(status) {
  const signedIn = status.state === "success";
  element("player").hidden = !signedIn;
  const waiting = [status, status.link].find((attempt) => attempt?.state === "in_progress" && attempt.url);
  const elsewhere = waiting?.userCode ? "Go on with your phone" : "Go on in the other window";
  element("status").textContent = waiting ? elsewhere : signedIn ? "Signed in" : "Signed out";
}
