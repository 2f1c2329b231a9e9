import * as RobotouilleAccount from "./index.browser.ts";

// For pages without a bundler: one <script>, one global.
Object.assign(globalThis, { RobotouilleAccount });
