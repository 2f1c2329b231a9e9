import decodeQr from "qr/decode.js";

/** Pixels a module, as a camera sees more than one of each. */
const SCALE = 6;

/** Reads the QR code of an SVG whose path is squares of one unit (`M2 2h1v1H2Z`, `m1 0h1v1h-1Z`), as a camera would. */
export function readQr(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]) * SCALE;
  const data = new Uint8Array(size * size * 4).fill(255);
  const path = / d="([^"]+)"/.exec(svg)?.[1] ?? "";
  let [x, y] = [0, 0];
  for (const [, command, dx = "", dy = ""] of path.matchAll(/([Mm])(-?\d+)[ ,]?(-?\d+)[^Mm]*/g)) {
    [x, y] = command === "M" ? [Number(dx), Number(dy)] : [x + Number(dx), y + Number(dy)];
    for (let row = y * SCALE; row < (y + 1) * SCALE; row++)
      for (let column = x * SCALE; column < (x + 1) * SCALE; column++)
        data.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3);
  }
  return decodeQr({ width: size, height: size, data });
}
