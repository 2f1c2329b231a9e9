// A stand-in for the player's browser: BROWSER="bun browser-command.ts". Signs in as ACCOUNT, then opens the game's page.
import { signInAtBrowser } from "./player.ts";

const [url = ""] = process.argv.slice(2);
const redirect = await signInAtBrowser(url, process.env.ACCOUNT);
await fetch(redirect);
