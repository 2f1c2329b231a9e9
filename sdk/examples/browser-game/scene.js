import { drawFood } from "./food.js";
import { bubble, ellipse, panel } from "./shapes.js";

const TILE = 60;
const COUNTER_TOP = 168;
const COUNTER_FRONT = 204;
const COUNTER_FOOT = 246;
const ISLAND_FRONT = 420;

/** The whole picture, from the back wall to the front. */
export function drawScene(context, kitchen, others, time) {
  drawWall(context, time);
  drawFloor(context);
  drawCounter(context);
  for (const station of kitchen.stations) drawStation(context, station, kitchen, time);
  const { chef } = kitchen;
  const chefs = [...others, chef].sort((one, other) => one.y - other.y);
  for (const each of chefs) if (each.y < ISLAND_FRONT) each.draw(context, time);
  drawIsland(context, time);
  for (const each of chefs) if (each.y >= ISLAND_FRONT) each.draw(context, time);
  drawLight(context);
  if (kitchen.toast.left > 0) {
    bubble(context, kitchen.toast.text, chef.x, chef.y - (chef.name ? 170 : 140), {
      fill: "#4a2f22",
      ink: "#fff",
    });
  }
}

function drawWall(context, time) {
  context.fillStyle = "#f6dfbd";
  context.fillRect(0, 0, 960, 190);
  context.fillStyle = "#efd2a8";
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 17; column++) {
      context.beginPath();
      context.roundRect(column * 60 - (row % 2) * 30 + 2, row * 46 + 2, 56, 42, 4);
      context.fill();
    }
  }
  drawSky(context, 420, time);
  drawShelf(context);
}

function drawSky(context, x, time) {
  panel(context, x, 14, 132, 106, 12, "#8a5636");
  context.save();
  context.beginPath();
  context.roundRect(x + 8, 22, 116, 90, 7);
  context.clip();
  const sky = context.createLinearGradient(0, 22, 0, 112);
  sky.addColorStop(0, "#7cc6ee");
  sky.addColorStop(1, "#d9f1fb");
  context.fillStyle = sky;
  context.fillRect(x, 20, 140, 100);
  for (const [start, y, size] of [
    [0, 46, 1],
    [70, 66, 0.7],
  ]) {
    const drift = ((time * 6 + start) % 200) - 40;
    for (const [dx, dy, radius] of [
      [0, 0, 13],
      [14, 3, 10],
      [-14, 4, 9],
    ]) {
      ellipse(context, x + drift + dx * size, y + dy * size, radius * size * 1.2, radius * size, "#fff");
    }
  }
  ellipse(context, x + 40, 128, 60, 32, "#8cc06a");
  ellipse(context, x + 110, 130, 60, 28, "#79ad5a");
  context.restore();
  context.fillStyle = "#8a5636";
  context.fillRect(x + 63, 22, 6, 90);
  panel(context, x - 8, 116, 148, 12, 5, "#a5693f");
}

function drawShelf(context) {
  panel(context, 70, 84, 290, 11, 4, "#a5693f");
  panel(context, 70, 93, 290, 5, 3, "#7f4f2e");
  for (const [x, color, height] of [
    [86, "#d8402b", 36],
    [120, "#e9b44c", 30],
    [154, "#7fae55", 40],
    [292, "#e9b44c", 34],
    [326, "#c9a2c9", 30],
  ]) {
    panel(context, x, 84 - height, 26, height, 7, `${color}dd`);
    panel(context, x + 3, 80 - height, 20, 7, 3, "#8a5636");
    panel(context, x + 4, 92 - height, 5, height - 14, 2, "#ffffff66");
  }
  for (const x of [212, 240]) {
    ellipse(context, x + 4, 62, 19, 19, "#f4efe6");
    ellipse(context, x + 4, 62, 12, 12, "#e2d8c8");
  }
}

function drawFloor(context) {
  for (let row = 0; row * TILE < 420; row++) {
    for (let column = 0; column < 16; column++) {
      context.fillStyle = (row + column) % 2 ? "#d98f5f" : "#e8a877";
      context.fillRect(column * TILE, 190 + row * TILE, TILE, TILE);
    }
  }
  context.fillStyle = "#00000010";
  for (let line = 190; line < 600; line += TILE) context.fillRect(0, line, 960, 2);
}

function drawCounter(context) {
  context.fillStyle = "#3a1d0f33";
  context.fillRect(0, COUNTER_FOOT, 960, 10);
  context.fillStyle = "#8d5a3b";
  context.fillRect(0, COUNTER_FRONT, 960, COUNTER_FOOT - COUNTER_FRONT);
  for (let x = 6; x < 960; x += 108) {
    panel(context, x, COUNTER_FRONT + 6, 96, 30, 5, "#a06a47");
    panel(context, x + 38, COUNTER_FRONT + 12, 20, 5, 2.5, "#e9c9a0");
  }
  panel(context, -10, COUNTER_TOP - 16, 980, COUNTER_FRONT - COUNTER_TOP + 20, 6, "#f4e4cc");
  panel(context, -10, COUNTER_FRONT - 2, 980, 7, 2, "#d9c09c");
}

function drawStation(context, station, kitchen, time) {
  const near = kitchen.near === station;
  const draw = { crate: drawCrate, pot: drawPot, window: drawWindow }[station.kind];
  if (near) ellipse(context, station.x, station.y - 2, 46, 13, "#fff3c477");
  draw(context, station, kitchen, time);
}

function drawCrate(context, { x, food }) {
  panel(context, x - 42, 150, 84, 40, 6, "#6f432a");
  for (const [dx, dy] of [
    [-24, 152],
    [0, 149],
    [24, 152],
    [-12, 162],
    [13, 162],
  ]) {
    drawFood(context, food, x + dx, dy, 0.95);
  }
  panel(context, x - 44, 170, 88, 13, 4, "#b9814f");
  panel(context, x - 44, 186, 88, 13, 4, "#a87344");
}

function drawPot(context, { x }, kitchen, time) {
  panel(context, x - 62, 158, 124, 40, 8, "#4a4f5a");
  const hot = kitchen.pot.length === kitchen.order.length && kitchen.cooked < 1;
  ellipse(context, x, 184, 44, 9, hot ? "#ff7a3c" : "#2f333c");
  panel(context, x - 40, 132, 80, 52, 14, "#8d97a8");
  panel(context, x - 34, 136, 12, 40, 6, "#ffffff44");
  panel(context, x - 54, 144, 16, 9, 4, "#2f333c");
  panel(context, x + 38, 144, 16, 9, 4, "#2f333c");
  ellipse(context, x, 134, 40, 12, "#6c7687");
  ellipse(context, x, 135, 34, 9, kitchen.pot.length ? "#e2793d" : "#cfe7f2");
  kitchen.pot.forEach((food, index) => {
    const bob = hot ? Math.sin(time * 6 + index * 2) * 2 : 0;
    drawFood(context, food, x - 18 + index * 18, 132 + bob, 0.6);
  });
  if (hot || kitchen.cooked === 1) drawSteam(context, x, time);
  if (hot) drawRing(context, x, 74, kitchen.cooked);
  if (kitchen.cooked === 1) bubble(context, "Ready!", x, 84 + Math.sin(time * 5) * 3);
}

function drawSteam(context, x, time) {
  for (let puff = 0; puff < 4; puff++) {
    const rise = (time * 0.5 + puff / 4) % 1;
    const alpha = Math.round((1 - rise) * 90)
      .toString(16)
      .padStart(2, "0");
    const sway = Math.sin(time * 2 + puff * 2) * 8;
    ellipse(
      context,
      x - 18 + puff * 12 + sway,
      122 - rise * 60,
      9 + rise * 9,
      8 + rise * 8,
      `#ffffff${alpha}`,
    );
  }
}

function drawRing(context, x, y, share) {
  ellipse(context, x, y, 21, 21, "#fffaf2");
  context.lineWidth = 7;
  context.lineCap = "round";
  context.strokeStyle = "#e0633a";
  context.beginPath();
  context.arc(x, y, 14, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * share);
  context.stroke();
}

function drawWindow(context, { x }, kitchen, time) {
  panel(context, x - 92, 10, 184, 164, 14, "#8a5636");
  panel(context, x - 82, 20, 164, 150, 9, "#4b2f3f");
  drawGuest(context, x + 4, time);
  for (let stripe = 0; stripe < 8; stripe++) {
    panel(context, x - 96 + stripe * 24, 4, 24, 34, [0, 0, 12, 12], stripe % 2 ? "#fff" : "#d8402b");
  }
  panel(context, x - 100, 166, 200, 16, 6, "#c98b57");
  panel(context, x - 78, 52, 72, 40, 12, "#fffaf2");
  const { missing } = kitchen;
  kitchen.order.forEach((food, index) => {
    context.globalAlpha = missing.includes(food) || !kitchen.pot.length ? 1 : 0.3;
    drawFood(context, food, x - 63 + index * 21, 73, 0.62);
    context.globalAlpha = 1;
  });
  ellipse(context, x - 2, 98, 4, 4, "#fffaf2");
}

function drawGuest(context, x, time) {
  const nod = Math.sin(time * 1.8) * 2;
  panel(context, x - 8, 132 + nod, 76, 40, [26, 26, 0, 0], "#5f8fb0");
  ellipse(context, x + 30, 112 + nod, 26, 26, "#d9a077");
  context.fillStyle = "#3c2a20";
  context.beginPath();
  context.ellipse(x + 30, 104 + nod, 27, 22, 0, Math.PI, 0);
  context.fill();
  ellipse(context, x + 22, 114 + nod, 3, 4, "#33231b");
  ellipse(context, x + 38, 114 + nod, 3, 4, "#33231b");
  context.strokeStyle = "#8a4a2e";
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x + 30, 120 + nod, 7, 0.2, Math.PI - 0.2);
  context.stroke();
}

function drawIsland(context, time) {
  ellipse(context, 480, 462, 170, 20, "#3a1d0f30");
  panel(context, 330, 392, 300, 66, 12, "#7b4c31");
  for (const x of [342, 438, 534]) panel(context, x, 418, 84, 32, 6, "#95603f");
  panel(context, 322, 352, 316, 60, 14, "#d2a06c");
  panel(context, 328, 356, 304, 48, 11, "#dfb17e");
  panel(context, 350, 364, 92, 30, 6, "#f4e4cc");
  drawFood(context, "tomato", 376, 376, 0.7);
  drawFood(context, "mushroom", 404, 378, 0.7);
  panel(context, 424, 366, 5, 26, 2, "#9aa4b2", 0.5);
  for (const lift of [0, 5, 10]) {
    ellipse(context, 506, 384 - lift, 25, 9, "#d9cdbf");
    ellipse(context, 506, 382 - lift, 25, 9, "#fffdf9");
  }
  panel(context, 566, 366, 36, 28, 6, "#e0633a");
  for (const [turn, length] of [
    [-0.7, 34],
    [-0.3, 42],
    [0.1, 46],
    [0.5, 40],
    [0.9, 32],
  ]) {
    const sway = Math.sin(time * 1.5 + turn) * 0.04;
    panel(context, 579, 368, 10, length, 5, "#5f9a48", Math.PI + turn + sway);
  }
}

function drawLight(context) {
  const light = context.createRadialGradient(480, 260, 160, 480, 300, 640);
  light.addColorStop(0, "#fff3c400");
  light.addColorStop(1, "#5a240a55");
  context.fillStyle = light;
  context.fillRect(0, 0, 960, 600);
}
