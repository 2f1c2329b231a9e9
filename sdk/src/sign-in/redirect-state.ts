/** Begins the `state` of a sign-in that leaves the page. */
export const REDIRECT_STATE = "account-redirect.";
