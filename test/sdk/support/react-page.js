import { createElement, StrictMode, useEffect, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { OAuthManager } from "../../../sdk/src/index.ts";

const { backendUrl } = document.querySelector("main").dataset;

/** A manager per mounted component: made, disposed of and made again by StrictMode. */
function useAccount() {
  const [account, setAccount] = useState(null);
  useEffect(() => {
    const made = new OAuthManager({ backendUrl, callbacks: "immediate" });
    globalThis.managers = (globalThis.managers ?? 0) + 1;
    setAccount(made);
    return () => made.dispose();
  }, []);
  return account;
}

function SignIn({ account }) {
  globalThis.renders = (globalThis.renders ?? 0) + 1;
  const status = useSyncExternalStore(
    (changed) => account.on("status", changed),
    () => account.getLoginStatus(),
  );
  if (status.state === "success") return createElement("p", { id: "player" }, status.user.email);
  return createElement(
    "button",
    { id: "redirect", type: "button", onClick: () => account.login({ mode: "redirect" }) },
    status.state,
  );
}

function App() {
  const account = useAccount();
  return account && createElement(SignIn, { account });
}

createRoot(document.querySelector("main")).render(createElement(StrictMode, null, createElement(App)));
