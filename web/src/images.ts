// The images of the points: sheets fetched once, cut for lists, stacked for the cloud.

import type { ImageInfo, Source } from "./types";
import type { Sheets } from "./scene";

const TEXTURE_BYTES_MAX = 192 << 20;

export class Images {
  private sheets: Promise<ImageBitmap[]> | null = null;
  private ready: ImageBitmap[] = [];

  constructor(
    readonly info: ImageInfo,
    private readonly source: Source,
  ) {}

  load(): Promise<ImageBitmap[]> {
    this.sheets ??= Promise.all(
      Array.from({ length: this.info.sheets }, async (_, page) => createImageBitmap(await this.source.sheet(page))),
    ).then((sheets) => (this.ready = sheets));
    return this.sheets;
  }

  // A canvas with the image of a row; blank until the sheets are there.
  thumb(row: number, size: number): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.className = "thumb";
    canvas.width = this.info.width;
    canvas.height = this.info.height;
    canvas.style.width = `${size}px`;
    canvas.style.height = `${Math.round((size * this.info.height) / this.info.width)}px`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `image of row ${row}`);
    if (this.ready.length) this.paint(canvas, row);
    else void this.load().then(() => this.paint(canvas, row));
    return canvas;
  }

  private paint(canvas: HTMLCanvasElement, row: number): void {
    const { width, height, columns, per_sheet } = this.info;
    const at = row % per_sheet;
    const sheet = this.ready[Math.floor(row / per_sheet)];
    const x = (at % columns) * width;
    const y = Math.floor(at / columns) * height;
    canvas.getContext("2d")!.drawImage(sheet, x, y, width, height, 0, 0, width, height);
  }

  // All sheets as layers of one texture, or null where they would take too much memory.
  async stack(): Promise<Sheets | null> {
    const { width, height, channels, columns, per_sheet, sheets } = this.info;
    const side = 2048;
    if (sheets * side * side * channels > TEXTURE_BYTES_MAX) return null;
    const bitmaps = await this.load();
    const pixels = new Uint8Array(sheets * side * side * channels);
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    bitmaps.forEach((bitmap, layer) => {
      context.clearRect(0, 0, side, side);
      context.drawImage(bitmap, 0, 0);
      const rgba = context.getImageData(0, 0, side, side).data;
      const offset = layer * side * side * channels;
      if (channels === 4) pixels.set(rgba, offset);
      else for (let i = 0; i < side * side; ++i) pixels[offset + i] = rgba[4 * i];
    });
    return { pixels, side, layers: sheets, channels, columns, perSheet: per_sheet, width, height };
  }
}
