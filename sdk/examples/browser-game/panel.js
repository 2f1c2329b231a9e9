import { showChanges, tellLatestChange } from "./changes.js";
import { dateOf, progressOf } from "./format.js";
import { makeLinkButtons } from "./linking.js";
import { element, fill, makeButton, makeRow, press, showAvatar } from "./page.js";
import { isIsolated } from "./phone.js";
import { explain } from "./problems.js";
import { loadProviders, nameOf } from "./providers.js";

/** The account's own dialog: ways in, devices, and what can be taken back. */
export function setUpPanel(oauth) {
  const dialog = element("account");
  const problem = element("account-problem");
  const close = () => dialog.close();
  element("open-account").onclick = () => {
    problem.textContent = "";
    dialog.showModal();
    void show(oauth);
  };
  element("account-close").onclick = close;
  element("logout").onclick = () => oauth.logout();
  const everywhere = element("everywhere");
  everywhere.onclick = () => press(everywhere, problem, () => oauth.signOutEverywhere());
  oauth.on("logout", close);
  oauth.on("user", () => dialog.open && show(oauth));
}

async function show(oauth) {
  const user = oauth.getUser();
  if (!user) return;
  element("account-name").textContent = user.name;
  element("account-progress").textContent = progressOf(user);
  showAvatar(element("account-avatar"), user);
  element("only-guest").hidden = !user.guest;
  // A page without an origin is told nothing but the profile.
  for (const id of ["ways-section", "devices", "everywhere", "move-section"]) element(id).hidden = isIsolated;
  if (isIsolated) return;
  try {
    const [providers, identities, devices, changes, add] = await Promise.all([
      loadProviders(oauth),
      oauth.identities(),
      oauth.sessions(),
      oauth.changes(),
      makeLinkButtons(oauth),
    ]);
    showWays(oauth, identities, providers);
    element("add-ways").replaceChildren(...add);
    showDevices(oauth, devices);
    showChanges(oauth, changes, providers);
  } catch (error) {
    element("account-problem").textContent = explain(error);
  }
}

/** One row for each provider: a way in is taken away with every account that the player has there. */
function showWays(oauth, identities, providers) {
  const ids = [...new Set(identities.map(({ provider }) => provider))];
  fill(
    element("ways"),
    ids.map((id) => {
      const accounts = identities.filter(({ provider }) => provider === id);
      const name = nameOf(providers, id);
      const remove = makeButton("Take away", `Take away ${name}`, () =>
        press(remove, element("account-problem"), async () => {
          await oauth.unlink(id);
          await tellLatestChange(oauth);
        }),
      );
      return makeRow(name, detailsOf(accounts), ids.length > 1 && remove);
    }),
  );
}

function detailsOf([account, ...more]) {
  if (account.provider === "guest") return more.length ? "Keys on your devices" : "A key in this browser";
  const names = [account, ...more].map(({ name }) => name).filter(Boolean);
  return `${names.length ? `${names.join(", ")} · ` : ""}since ${dateOf(account.linkedAt)}`;
}

function showDevices(oauth, devices) {
  fill(
    element("devices"),
    devices.map(({ id, device, ip, lastUsedAt, current }) => {
      const name = device ?? "A device";
      const out = makeButton("Sign out", `Sign out ${name}`, () =>
        press(out, element("account-problem"), async () => {
          await oauth.signOutDevice(id);
          if (oauth.isLoggedIn()) await show(oauth);
        }),
      );
      const used = current ? "This device" : `Last used ${dateOf(lastUsedAt, "short")}`;
      return makeRow(name, [used, ip].filter(Boolean).join(" · "), !current && out);
    }),
  );
}
