import encodeQr from "qr";

/** Modules of quiet zone around the symbol (ISO/IEC 18004 §6.3.8). */
const QUIET_ZONE = 4;

/** A QR code as SVG, black on white whatever the page behind it. */
export function qrSvg(text: string): string {
  const svg = encodeQr(text, "svg", { border: QUIET_ZONE });
  return svg.replace("<path", '<rect width="100%" height="100%" fill="#fff"/><path');
}
