import { ellipse, panel } from "./shapes.js";

const drawings = {
  tomato(context) {
    ellipse(context, 0, 0, 15, 13, "#d8402b");
    ellipse(context, -5, -4, 5, 4, "#f0775f");
    for (const turn of [-0.9, 0, 0.9]) panel(context, -2.5, -13, 5, 9, 2.5, "#4f8f3a", turn);
  },
  onion(context) {
    ellipse(context, 0, 1, 14, 13, "#c9a2c9");
    ellipse(context, 0, 1, 8, 12, "#dcc0dc");
    ellipse(context, -1, 1, 3, 11, "#efdcef");
    panel(context, -2, -20, 4, 10, 2, "#8aa05a");
  },
  mushroom(context) {
    panel(context, -6, -2, 12, 15, 5, "#f3e7d6");
    context.fillStyle = "#a8744f";
    context.beginPath();
    context.ellipse(0, 0, 16, 14, 0, Math.PI, 0);
    context.fill();
    ellipse(context, 0, 0, 16, 4, "#8f5f3e");
    ellipse(context, -5, -7, 3, 2, "#c99b78");
    ellipse(context, 6, -5, 2, 1.5, "#c99b78");
  },
  soup(context) {
    ellipse(context, 0, -3, 19, 8, "#fff");
    context.fillStyle = "#fff";
    context.beginPath();
    context.ellipse(0, -3, 19, 19, 0, 0, Math.PI);
    context.fill();
    ellipse(context, 0, -3, 16, 6, "#e2793d");
    ellipse(context, -4, -4, 3, 2, "#7fae55");
    ellipse(context, 5, -2, 2.5, 1.6, "#f6d186");
  },
};

/** One ingredient or a bowl of soup, its middle at `x` and `y`. */
export function drawFood(context, food, x, y, scale = 1) {
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  drawings[food](context);
  context.restore();
}
