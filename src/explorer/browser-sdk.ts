import { isExecutable, readAsset } from "../assets";
import { lazy } from "../lazy";

/** The SDK as one file for a `<script>`, built from its sources on first use; what is built has it ready. */
export const browserSdk = lazy(async () =>
  isExecutable
    ? (await readAsset("sdk/dist/account-sdk.js")).text()
    : (await import("../../sdk/bundle")).bundle("account-sdk.js"),
);
