// What the parts of the page share: data, points, the scene, and what is chosen.

import { Column, Columns, MISSING } from "./columns";
import { Edits } from "./edits";
import { Images } from "./images";
import { categorical, css, gradient, levelOf, MISSING_PLACE, missingColor, paletteBytes, type PaletteName, plainColor, type Rgb, shareOf } from "./palette";
import { Points } from "./points";
import type { Newcomers } from "./newcomers";
import type { Scene } from "./scene";
import type { MapInfo, Metric, RunStatus, Source } from "./types";

export class App {
  readonly points: Points;
  readonly columns: Columns;
  readonly images: Images | null;
  readonly edits: Edits;
  scene: Scene | null = null; // None without WebGL.
  theme: "dark" | "light" = "dark";
  paletteName: PaletteName = "accessible";
  colorColumn: Column | null = null;
  categories: { name: string; count: number }[] = []; // Of the colour column; [] for a gradient.
  titles: Column | null = null;
  metric: Metric;
  showsImages = false;
  axisNames: string[] = [];
  active: RunStatus | null = null; // The map that is shown.
  newcomers: Newcomers | null = null; // New points in it.

  private places: Uint8Array;
  private readonly listeners = new Map<string, ((value?: unknown) => void)[]>();

  constructor(
    readonly info: MapInfo,
    readonly source: Source,
  ) {
    this.points = new Points(info.count);
    this.columns = new Columns(info.columns, info.count, source);
    this.edits = new Edits(this);
    this.images = info.images ? new Images(info.images, source) : null;
    this.metric = info.metric;
    this.places = new Uint8Array(info.count);
    this.points.onChange(() => this.refreshLooks());
  }

  // "color", "focus", "map", "theme", "images", "url", "columns", "edits", "saved",
  // "newcomers", "newcomer"
  on(event: string, listener: (value?: never) => void): void {
    const list = this.listeners.get(event) ?? [];
    list.push(listener as (value?: unknown) => void);
    this.listeners.set(event, list);
  }

  tell(event: string, value?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(value);
  }

  get dark(): boolean {
    return this.theme === "dark";
  }

  title(row: number): string {
    return this.titles?.text(row) || `#${row}`;
  }

  // ---- Colours.

  async colorBy(name: string): Promise<void> {
    const column = name ? await this.columns.get(name) : null;
    this.colorColumn = column;
    this.categories = [];
    this.points.codes = null;
    this.points.lit = null;
    if (column?.isCategorical) {
      const { list, codes } = column.categories();
      this.categories = list;
      this.points.codes = codes;
      codes.forEach((code, row) => (this.places[row] = code === MISSING ? MISSING_PLACE : code % MISSING_PLACE));
    } else if (column?.isNumber) {
      const [least, most] = column.range();
      column.numbers!.forEach((number, row) => {
        this.places[row] = Number.isNaN(number) ? MISSING_PLACE : levelOf((number - least) / (most - least || 1));
      });
    } else {
      this.places.fill(0);
    }
    this.refreshPalette();
    this.points.changed();
    this.tell("color");
  }

  // Shows a column that was edited, wherever it is seen.
  async columnChanged(name: string): Promise<void> {
    if (name === this.info.title) this.titles = await this.columns.get(name);
    if (name === this.colorColumn?.info.name || !this.colorColumn) {
      const lit = [...(this.points.lit ?? [])].map((category) => this.categories[category]?.name);
      await this.colorBy(name);
      const again = lit.map((category) => this.categories.findIndex((one) => one.name === category)).filter((place) => place >= 0);
      if (again.length) this.points.lit = new Set(again);
      this.points.changed();
    }
    this.tell("columns");
  }

  colorOfPlace(place: number): Rgb {
    if (this.categories.length) return categorical(place, this.paletteName, this.dark);
    if (this.colorColumn?.isNumber) return gradient(shareOf(place), this.dark);
    return plainColor(this.dark);
  }

  colorOf(row: number): string {
    const place = this.places[row];
    return css(place === MISSING_PLACE ? missingColor(this.dark) : this.colorOfPlace(place));
  }

  colorValue(row: number): string {
    return this.colorColumn?.text(row) ?? "";
  }

  refreshPalette(): void {
    this.scene?.setPalette(paletteBytes((place) => this.colorOfPlace(place), this.dark));
  }

  refreshLooks(): void {
    this.scene?.setLooks(this.places, this.points.states());
  }

  setTheme(theme: "dark" | "light"): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    this.scene?.setGround(theme === "dark" ? "#0d1117" : "#fbfcfe", theme === "dark" ? "#ffffff" : "#11161d");
    this.refreshPalette();
    this.tell("theme");
  }

  rowsOfCategory(category: number): number[] {
    const rows: number[] = [];
    this.points.codes?.forEach((code, row) => {
      if (code === category) rows.push(row);
    });
    return rows;
  }

  // ---- Points.

  focus(row: number, fly = false): void {
    this.points.focus = row;
    this.points.near = [];
    this.points.changed();
    if (fly && row >= 0) this.scene?.flyTo([row]);
    this.tell("focus", row);
    this.tell("url");
  }

  // Shows new points, or none any more.
  welcome(newcomers: Newcomers | null): void {
    this.newcomers = newcomers;
    this.focus(-1);
    this.scene?.ask();
    this.tell("newcomers");
  }

  async setImages(on: boolean): Promise<void> {
    if (!this.images || !this.scene) return;
    if (on && !this.sheetsReady) {
      const sheets = await this.images.stack();
      if (!sheets) throw new Error("these images are too many for the graphics card");
      this.scene.setSheets(sheets);
      this.sheetsReady = true;
    }
    this.showsImages = on;
    this.scene.showImages(on);
    this.scene.setSize(1);
    this.tell("images");
    this.tell("url");
  }
  private sheetsReady = false;
}
