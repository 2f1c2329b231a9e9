import { createAccount } from "./account.js";
import { Chef } from "./chef.js";
import { Controls } from "./controls.js";
import { createHint } from "./hint.js";
import { Kitchen } from "./kitchen.js";
import { drawScene } from "./scene.js";
import { createTogether } from "./together.js";

const canvas = document.querySelector("#game");
const served = document.querySelector("#served");
const context = canvas.getContext("2d");
const chef = new Chef();
const kitchen = new Kitchen(chef);
const controls = new Controls(canvas);
const oauth = createAccount();
const hint = createHint(oauth);
const together = createTogether(oauth, kitchen);

canvas.width *= devicePixelRatio;
canvas.height *= devicePixelRatio;
context.scale(devicePixelRatio, devicePixelRatio);

let before = performance.now();

function turn(now) {
  const seconds = Math.min((now - before) / 1000, 0.1);
  before = now;

  // Everything that happened to the account since the last turn: sign-in, rename, sign-out, …
  oauth.processCallbacks();

  chef.name = oauth.getUser()?.name ?? "";
  if (oauth.isLoggedIn()) kitchen.play(controls.read(), seconds);
  served.textContent = kitchen.served;
  hint.update(kitchen.served);
  together.update(seconds, now);
  drawScene(context, kitchen, together.chefs, now / 1000);
  requestAnimationFrame(turn);
}

requestAnimationFrame(turn);
