import { bundle } from "../../sdk/bundle";
import { lazy } from "../lazy";

/** The SDK as one file for a `<script>`, built from its sources on first use. */
export const browserSdk = lazy(() => bundle("account-sdk.js"));
