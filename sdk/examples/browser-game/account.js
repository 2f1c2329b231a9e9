const element = (id) => document.querySelector(`#${id}`);

const PROBLEMS = {
  popup_blocked: "The browser blocked the sign-in window. Allow it, or sign in on this page.",
  cancelled: "",
  access_denied: "You chose not to sign in.",
  login_timeout: "That took too long. Try again.",
  network_error: "The server cannot be reached.",
  rate_limited: "Too many new chefs at once. Try again later.",
  username_taken: "Another chef has this name.",
};

const NAME_RULES = "Use 3 to 20 letters, digits, dots, dashes or single spaces.";

/** The player's account, with the buttons and texts around the game. */
export function createAccount() {
  if (!isSecureContext) {
    element("welcome").hidden = false;
    element("guest").hidden = true;
    element("login").hidden = true;
    element("redirect").hidden = true;
    element("problem").textContent = "Open this page over https or at localhost to sign in.";
  }
  // The game is served by the account server, at /play/ below the server's own address.
  const oauth = new RobotouilleAccount.OAuthManager({ backendUrl: new URL("..", location.href).href });

  element("guest").onclick = () => oauth.loginAsGuest().catch(() => {});
  element("login").onclick = () => oauth.login();
  element("redirect").onclick = () => oauth.login({ mode: "redirect" });
  element("logout").onclick = () => oauth.logout();
  oauth.on("user", showPlayer);
  oauth.on("status", showStatus);
  setUpRename(oauth);

  oauth.loadStoredCredentials().then(() => showStatus(oauth.getLoginStatus()));
  return oauth;
}

function showPlayer({ name, picture, stars, level, guest }) {
  element("name").textContent = name;
  element("progress").textContent = `${guest ? "Guest · " : ""}Level ${level} · ★ ${stars}`;
  const avatar = element("avatar");
  avatar.replaceChildren(name[0].toUpperCase());
  if (!picture?.startsWith("http")) return;
  const image = new Image();
  image.alt = "";
  image.onload = () => avatar.replaceChildren(image);
  image.src = picture;
}

function showStatus(status) {
  const signedIn = status.state === "success";
  const inProgress = status.state === "in_progress";
  element("player").hidden = !signedIn;
  element("welcome").hidden = signedIn;
  element("login").textContent = inProgress ? "Show the sign-in window" : "Sign in with Google";
  element("problem").textContent = status.state === "failed" ? explain(status.error) : "";
  element("status").textContent =
    { success: "Signed in", in_progress: "Signing in…" }[status.state] ?? "Signed out";
  if (signedIn) element("game").focus();
}

function setUpRename(oauth) {
  const dialog = element("rename-dialog");
  const problem = element("rename-problem");
  element("rename").onclick = () => {
    element("new-name").value = oauth.getUser()?.name ?? "";
    problem.textContent = "";
    dialog.showModal();
    element("new-name").select();
  };
  element("rename-cancel").onclick = () => dialog.close();
  element("rename-form").onsubmit = async (event) => {
    event.preventDefault();
    try {
      await oauth.updateUsername(element("new-name").value);
      dialog.close();
    } catch (error) {
      problem.textContent = error.code === "username_invalid" ? NAME_RULES : explain(error);
    }
  };
}

function explain(error) {
  if (error.nextChangeAt)
    return `You may change your name again on ${error.nextChangeAt.toLocaleDateString()}.`;
  return PROBLEMS[error.code] ?? error.message;
}
