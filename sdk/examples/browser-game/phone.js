import { element } from "./page.js";

/** Whether this page has no origin, as in a sandboxed frame: no window opens here, and nothing is kept. */
export const isIsolated = origin === "null";

let giveUp;

/** For a sign-in that may come to show a code: whoever closes that gives the sign-in up. */
export function newSignal() {
  giveUp = new AbortController();
  return giveUp.signal;
}

/** The sign-in on another screen: shows its code for as long as that waits, whoever chose it. */
export function setUpPhone(oauth) {
  const dialog = element("phone-dialog");
  // Without a mode the SDK chooses, and in an isolated frame that is the code.
  const mode = isIsolated ? undefined : "code";
  element("phone").onclick = () => oauth.login({ mode, signal: newSignal() }).catch(() => {});
  element("phone-cancel").onclick = () => dialog.close();
  dialog.onclose = () => giveUp?.abort();
  oauth.on("status", (status) => {
    if (status.state !== "in_progress" || !status.userCode) dialog.close();
    else show(status, dialog);
  });
}

function show({ userCode, verificationUrl, verificationUrlComplete, qrSvg, expiresAt }, dialog) {
  const [qr, link] = [element("phone-qr"), element("phone-link")];
  // As a picture, in which nothing can run.
  if (qrSvg) qr.src = `data:image/svg+xml,${encodeURIComponent(qrSvg)}`;
  qr.hidden = !qrSvg;
  link.textContent = verificationUrl.replace(/^https?:\/\//, "");
  link.href = verificationUrlComplete;
  element("phone-code").textContent = userCode;
  const until = expiresAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  element("phone-lasts").textContent = `Waiting for your phone, until ${until}.`;
  if (!dialog.open) dialog.showModal();
}
