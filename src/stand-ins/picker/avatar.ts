import { createHash } from "node:crypto";

const SKINS = ["#f6d3b3", "#e5b48c", "#cf9468", "#ab7350", "#8d5b3e"];
const MOUTHS = ["M39 66q9 8 18 0", "M40 67h16", "M39 65q9 12 18 0z", "M43 68q5 3 10-2"];

/** Where the stand-ins serve the picture of a player. */
export function avatarPath(id: string): string {
  return `/local/avatars/${encodeURIComponent(id)}.svg`;
}

/** A cook's face, always the same one for the same id: 96 × 96, as big as Google's pictures. */
export function avatarSvg(id: string): string {
  const hash = createHash("sha256").update(id).digest().readUInt32BE();
  const hue = hash % 360;
  const skin = SKINS[(hash >>> 11) % SKINS.length];
  const mouth = MOUTHS[(hash >>> 17) % MOUTHS.length];
  const eyes = 2.8 + ((hash >>> 23) % 3) * 0.5;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96">
<rect width="96" height="96" fill="hsl(${hue} 62% 68%)"/>
<path d="M16 96q2-20 32-20t32 20z" fill="hsl(${hue} 45% 38%)"/>
<ellipse cx="48" cy="56" rx="23" ry="25" fill="${skin}"/>
<path d="M26 46V33a13 13 0 0 1 6-24 18 18 0 0 1 32 0 13 13 0 0 1 6 24v13q-22-8-44 0z" fill="#fff"/>
<path d="M26 46v-7q22-8 44 0v7q-22-8-44 0z" fill="hsl(${hue} 30% 88%)"/>
<circle cx="39" cy="55" r="${eyes}" fill="#2b2320"/><circle cx="57" cy="55" r="${eyes}" fill="#2b2320"/>
<path d="${mouth}" fill="none" stroke="#2b2320" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>
</svg>
`;
}
