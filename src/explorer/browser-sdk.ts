import { bundle } from "../../sdk/bundle";

let script: Promise<string> | null = null;

/** The SDK as one file for a `<script>`, built from its sources on first use. */
export function browserSdk(): Promise<string> {
  script ??= bundle("account-sdk.js");
  return script;
}
