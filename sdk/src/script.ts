import { AccountError, accountErrorCodes, OAuthManager } from "./index.ts";

const sdk = { AccountError, OAuthManager, accountErrorCodes };

declare global {
  /** What `<script src="account-sdk.js">` brings to a page without a bundler. */
  var RobotouilleAccount: typeof sdk;
}

globalThis.RobotouilleAccount = sdk;
