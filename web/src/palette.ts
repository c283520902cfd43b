// Colours: ten that colour-blind eyes tell apart, the reference projector's ten, a gradient.
//
// The first set is Petroff's ("Accessible Color Sequences for Data Visualization", 2021), made
// lighter where it is to stand on dark ground, with its two greys at the end.

export type Rgb = [number, number, number];
export type PaletteName = "accessible" | "reference";

const LIGHT = ["#3f90da", "#f0960a", "#bd1f01", "#832db6", "#3fb5bb", "#a96b59", "#e76300", "#a89a55", "#717581", "#94a4a2"];
const DARK = ["#58a6f2", "#ffb62e", "#f4604c", "#b57af0", "#86e0e4", "#cf907c", "#ff8b3d", "#d8cb88", "#8f97a8", "#c3cfcd"];
const REFERENCE = ["#1f77b4", "#d62728", "#e377c2", "#17becf", "#2ca02c", "#8c564b", "#bcbd22", "#ff7f0e", "#9467bd", "#7f7f7f"];
const GRADIENT_LIGHT = ["#440154", "#3f4889", "#2b758e", "#1fa187", "#67cc5c", "#d8d22a"];
const GRADIENT_DARK = ["#6b4bb8", "#4c78d0", "#2fa4b8", "#3cc68f", "#9add58", "#fde725"];

export const PALETTE_SIZE = 256; // Places of the texture; the last is for missing values.
export const MISSING_PLACE = PALETTE_SIZE - 1;
const LEVELS = MISSING_PLACE; // Of the gradient.

export function parse(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export const css = ([r, g, b]: Rgb): string => `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

// The colour of a category. After ten the colours come again, lighter and then darker.
export function categorical(place: number, name: PaletteName, dark: boolean): Rgb {
  const set = name === "reference" ? REFERENCE : dark ? DARK : LIGHT;
  const base = parse(set[place % set.length]);
  const round = Math.floor(place / set.length) % 3;
  if (round === 0) return base;
  return mix(base, round === 1 ? [255, 255, 255] : [0, 0, 0], round === 1 ? 0.45 : 0.35);
}

export function gradient(share: number, dark: boolean): Rgb {
  const stops = dark ? GRADIENT_DARK : GRADIENT_LIGHT;
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return mix(parse(stops[low]), parse(stops[low + 1]), at - low);
}

export const missingColor = (dark: boolean): Rgb => (dark ? [110, 120, 134] : [150, 158, 168]);
export const plainColor = (dark: boolean): Rgb => (dark ? [106, 169, 255] : [27, 95, 204]);

// The texture's bytes: RGBA for each place.
export function paletteBytes(color: (place: number) => Rgb, dark: boolean): Uint8Array {
  const bytes = new Uint8Array(PALETTE_SIZE * 4);
  for (let place = 0; place < PALETTE_SIZE; ++place) {
    const [r, g, b] = place === MISSING_PLACE ? missingColor(dark) : color(place);
    bytes.set([r, g, b, 255], place * 4);
  }
  return bytes;
}

export const levelOf = (share: number): number => Math.min(LEVELS - 1, Math.max(0, Math.floor(share * LEVELS)));
export const shareOf = (level: number): number => (level + 0.5) / LEVELS;
