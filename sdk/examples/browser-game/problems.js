import { dateOf } from "./format.js";

const PROBLEMS = {
  popup_blocked: "The browser blocked the window.",
  cancelled: "",
  access_denied: "You chose not to go on there.",
  code_unavailable: "This server does not sign in with a phone.",
  login_timeout: "That took too long. Try again.",
  network_error: "The server cannot be reached.",
  rate_limited: "Too often. Try again later.",
  account_disabled: "That account may not play here.",
  authorization_expired: "That took too long. Add the way in once more.",
  username_taken: "Another chef has this name.",
  last_identity: "That is your only way in. Add another one first.",
  undo_conflict: "That account is another chef's by now.",
  reauth_required: "That has to be you: sign out, sign in again, and then leave within ten minutes.",
  maintenance: "The kitchen is closed for now. You stay signed in.",
  not_found: "That is gone already.",
  provider_unavailable_now: "They do not answer. Try again later.",
  google_unavailable: "Google does not answer. Try again later.",
};

/** What went wrong, for the player. What is wrong with a name the server says itself. */
export function explain({ code, message, nextChangeAt }) {
  if (nextChangeAt) return `You can change your name again on ${dateOf(nextChangeAt)}.`;
  return PROBLEMS[code] ?? message;
}
