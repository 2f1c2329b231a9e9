// Mounts Scalar with a sign-in bar above it. Loaded by /swagger in place of Scalar's own bundle.
const described = document.getElementById("api-reference");
described.remove();

/** Where this server answers: above this script, whatever prefix a proxy has put in front. */
const base = new URL("..", document.currentScript.src).href;

const configuration = {
  url: `${base}swagger/json`,
  servers: [{ url: base.replace(/\/$/, "") }],
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  documentDownloadType: "json",
  defaultOpenAllTags: true,
  persistAuth: false,
};

const withToken = (token) => ({
  ...configuration,
  authentication: { preferredSecurityScheme: "bearer", securitySchemes: { bearer: { token } } },
});

function element(name, members) {
  return Object.assign(document.createElement(name), members);
}

function load(src) {
  return new Promise((resolve, reject) => {
    document.head.append(element("script", { src, onload: resolve, onerror: reject }));
  });
}

function newAccount() {
  return new RobotouilleAccount.OAuthManager({
    backendUrl: base,
    callbacks: "immediate",
    device: "API explorer",
    storage: unbound,
  });
}

/**
 * Has no key of the device's, for the explorer sends the access token as it is. Apart from a game of the same origin, whose
 * session may be bound to one.
 */
const unbound = {
  get: (key) => localStorage.getItem(`explorer ${key}`),
  set: (key, value) => localStorage.setItem(`explorer ${key}`, value),
  remove: (key) => localStorage.removeItem(`explorer ${key}`),
};

async function mount() {
  document.head.append(element("link", { rel: "stylesheet", href: `${base}swagger/explorer.css` }));
  await load(`${base}swagger/account-sdk.js`);
  // First: on the last page of a popup it answers the explorer, which soon gives up on a popup that it cannot see.
  const account = isSecureContext && newAccount();
  await load(`${base}swagger/scalar.js`);

  const bar = element("header", { className: "session-bar" });
  const text = element("span", { role: "status" });
  const button = element("button", { type: "button" });
  bar.append(text, button);
  const page = element("div", { id: "explorer" });
  document.body.append(bar, page);
  const reference = Scalar.createApiReference(page, withToken(""));

  if (!account) {
    text.textContent = "Not signed in: open this page over https or at localhost to sign in.";
    button.remove();
    return;
  }
  const show = async (problem) => {
    const user = account.getUser();
    const token = account.isLoggedIn() ? await account.getAccessToken() : "";
    reference.updateConfiguration(withToken(token));
    text.replaceChildren(
      ...(user
        ? [
            "Signed in as ",
            element("strong", { textContent: user.name }),
            ": requests carry your access token.",
          ]
        : [problem ?? "Not signed in: requests that need a player answer 401."]),
    );
    button.textContent = user ? "Sign out" : "Sign in";
  };
  button.onclick = () => (account.isLoggedIn() ? account.logout() : account.login({}));
  for (const event of ["login", "logout", "user"]) account.on(event, () => show());
  account.on("status", (status) => {
    if (status.state === "failed") show(`Sign-in failed: ${status.error.message}`);
  });
  await account.loadStoredCredentials();
  await show();
}

mount();
