export function ellipse(context, x, y, width, height, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.ellipse(x, y, width, height, 0, 0, Math.PI * 2);
  context.fill();
}

/** A rounded rectangle, turned around its upper edge's middle. */
export function panel(context, x, y, width, height, radius, fill, turned = 0, outline = null) {
  context.save();
  context.translate(x + width / 2, y);
  context.rotate(turned);
  context.beginPath();
  context.roundRect(-width / 2, 0, width, height, radius);
  context.fillStyle = fill;
  context.fill();
  if (outline) {
    context.strokeStyle = outline;
    context.lineWidth = 1.5;
    context.stroke();
  }
  context.restore();
}

/** Text on a rounded label whose foot is at `y`. */
export function bubble(context, text, x, y, { fill = "#fffaf2", ink = "#4a2f22" } = {}) {
  context.font = '800 17px "Nunito", "Trebuchet MS", system-ui, sans-serif';
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 26;
  const left = Math.min(Math.max(x - width / 2, 8), 952 - width);
  panel(context, left, y - 28, width, 30, 15, "#3a1d0f30");
  panel(context, left, y - 31, width, 30, 15, fill);
  context.fillStyle = ink;
  context.fillText(text, left + width / 2, y - 15);
}
