import { bundle } from "../../sdk/bundle";
import { assetPath, isExecutable } from "../assets";
import { lazy } from "../lazy";

/** The SDK as one file for a `<script>`, built from its sources on first use; an executable has it ready. */
export const browserSdk = lazy(async () =>
  isExecutable ? Bun.file(assetPath("sdk/dist/account-sdk.js")).text() : bundle("account-sdk.js"),
);
