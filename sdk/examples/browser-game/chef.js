import { drawFood } from "./food.js";
import { bubble, ellipse, panel } from "./shapes.js";

const SPEED = 235;

/** The player's chef: walks and carries one thing. */
export class Chef {
  x = 236;
  y = 470;
  name = "";
  carries = null;
  walking = false;
  #facing = 1;
  #stride = 0;

  /** Goes where the keys point, or towards `goal`; stops in front of what is not free. */
  walk([left, up], goal, seconds, isFree) {
    let [dx, dy] = [left, up];
    if (!dx && !dy && goal) {
      [dx, dy] = [goal.x - this.x, goal.y - this.y];
      if (Math.hypot(dx, dy) < 5) [dx, dy] = [0, 0];
    }
    const length = Math.hypot(dx, dy);
    this.walking = length > 0;
    if (!this.walking) return;
    const step = (SPEED * seconds) / length;
    const [before, above] = [this.x, this.y];
    if (isFree(this.x + dx * step, this.y)) this.x += dx * step;
    if (isFree(this.x, this.y + dy * step)) this.y += dy * step;
    if (Math.abs(dx) > 0.1) this.#facing = Math.sign(dx);
    this.walking = Math.hypot(this.x - before, this.y - above) > 0.2;
    this.#stride += seconds * 11;
  }

  draw(context, time) {
    const swing = this.walking ? Math.sin(this.#stride) : 0;
    const bob = this.walking ? Math.abs(swing) * 4 : Math.sin(time * 2.4) * 1.2;
    context.save();
    context.translate(this.x, this.y);
    ellipse(context, 0, 2, 27, 9, "#3a1d0f40");
    context.scale(this.#facing, 1);
    this.#drawLegs(context, swing);
    context.translate(0, -bob);
    this.#drawBody(context, swing);
    this.#drawHead(context, time);
    this.#drawHat(context, swing);
    context.restore();
    if (this.carries) drawFood(context, this.carries, this.x + this.#facing * 36, this.y - 40 - bob, 0.9);
    if (this.name) bubble(context, this.name, this.x, this.y - 132 - bob);
  }

  #drawLegs(context, swing) {
    for (const side of [-1, 1]) {
      const lift = Math.max(0, swing * side) * 7;
      panel(context, side * 10 - 7, -22 - lift, 14, 20, 5, "#4b5a78");
      ellipse(context, side * 10 + 3, -3 - lift, 11, 6, "#33231b");
    }
  }

  #drawBody(context, swing) {
    const swung = (swing * 9) / 30;
    panel(context, -34, -62, 13, 33, 7, "#e8e2da", this.carries ? -0.5 : swung, "#d9cdbf");
    panel(context, -25, -70, 50, 54, 18, "#fffdf9", 0, "#d9cdbf");
    panel(context, -17, -50, 34, 35, 9, "#e0633a");
    panel(context, -9, -38, 18, 12, 4, "#c94a22");
    ellipse(context, 0, -66, 13, 6, "#e0633a");
    panel(
      context,
      14,
      -62,
      13,
      this.carries ? 28 : 33,
      7,
      "#fffdf9",
      this.carries ? -0.75 : -swung,
      "#d9cdbf",
    );
  }

  #drawHead(context, time) {
    ellipse(context, 0, -86, 23, 22, "#f2c09a");
    ellipse(context, -22, -84, 5, 7, "#e9ac82");
    const blink = time % 4 < 0.12 ? 0.8 : 4;
    ellipse(context, 2, -89, 2.8, blink, "#33231b");
    ellipse(context, 14, -89, 2.8, blink, "#33231b");
    ellipse(context, -3, -80, 5, 3, "#e8927066");
    ellipse(context, 18, -80, 4, 3, "#e8927066");
    ellipse(context, 9, -82, 4.5, 3.5, "#e9ac82");
    context.strokeStyle = "#6b3a22";
    context.lineWidth = 4;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(0, -76);
    context.quadraticCurveTo(5, -79, 9, -76);
    context.quadraticCurveTo(13, -79, 18, -76);
    context.stroke();
  }

  #drawHat(context, swing) {
    const sway = swing * 2;
    for (const [x, y, radius] of [
      [-13, -118, 13],
      [13, -118, 13],
      [0, -124, 15],
    ]) {
      ellipse(context, x - sway, y, radius, radius, "#d9cdbf");
      ellipse(context, x - sway, y, radius - 1.5, radius - 1.5, "#fff");
    }
    panel(context, -19, -118, 38, 20, 5, "#fff");
    panel(context, -21, -106, 42, 11, 5, "#fff", 0, "#d9cdbf");
  }
}
