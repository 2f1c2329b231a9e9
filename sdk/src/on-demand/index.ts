/** What a game seldom calls, and never in the click itself: in a browser it is loaded with the first such call. */
export { appLinkSignIn, signInWithAppLink } from "../sign-in/app-link.ts";
export { untilClosed } from "../sign-in/popup-closed.ts";
export { signInWithoutPopup } from "../sign-in/without-popup.ts";
export { fetchWithProof } from "./bound-fetch.ts";
export { linkWith } from "./change-user.ts";
export { changes, undo } from "./changes.ts";
export { resolveConflict } from "./conflict.ts";
export { sessions, signOutDevice, signOutEverywhere } from "./devices.ts";
export { identities, unlink } from "./identities.ts";
export { keyPairInIndexedDb } from "./indexed-db-key.ts";
export { getJoinTicket } from "./join-ticket.ts";
export { updatePicture, updateUsername } from "./profile.ts";
export { providers } from "./providers.ts";
export { signInByCode } from "./sign-in-by-code.ts";
export { loginWithTransferCode, transferCode } from "./transfer.ts";
