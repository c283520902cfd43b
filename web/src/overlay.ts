// What is written over the map: names of groups, of the clicked point and its neighbours, the
// axes, and the line of the lasso. Names that would overlap give way, larger groups first.

import type { App } from "./app";
import { css } from "./palette";

const NAMES_MAX = 40;

export interface Outline {
  points: { x: number; y: number }[];
  closed: boolean;
}

export class Overlay {
  outline: Outline | null = null;
  showNames = true;
  private middles: { category: number; row: number; size: number }[] = [];

  constructor(
    private readonly app: App,
    private readonly canvas: HTMLCanvasElement,
  ) {}

  // The point of each group that is nearest to the middle of those that are visible.
  findMiddles(): void {
    const { points, scene, categories } = this.app;
    this.middles = [];
    if (!points.codes || !scene || categories.length > 200) return;
    const sums = categories.map(() => [0, 0, 0, 0]);
    const at = scene.positions;
    for (let row = 0; row < points.count; ++row) {
      const sum = sums[points.codes[row]];
      if (!sum || !points.visible[row]) continue;
      for (let axis = 0; axis < 3; ++axis) sum[axis] += at[3 * row + axis];
      ++sum[3];
    }
    const best = categories.map(() => ({ row: -1, distance: Infinity }));
    for (let row = 0; row < points.count; ++row) {
      const sum = sums[points.codes[row]];
      if (!sum || !points.visible[row]) continue;
      const one = best[points.codes[row]];
      let distance = 0;
      for (let axis = 0; axis < 3; ++axis) distance += (at[3 * row + axis] - sum[axis] / sum[3]) ** 2;
      if (distance < one.distance) best[points.codes[row]] = { row, distance };
    }
    best.forEach(({ row }, category) => {
      if (row >= 0) this.middles.push({ category, row, size: sums[category][3] });
    });
    this.middles.sort((a, b) => b.size - a.size);
  }

  draw(): void {
    const { app, canvas } = this;
    const ratio = Math.min(devicePixelRatio, 2);
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext("2d")!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!app.scene) return;
    const taken: DOMRect[] = [];
    if (app.points.focus >= 0) {
      this.name(context, app.points.focus, app.title(app.points.focus), taken, 13, true);
      if (app.titles) for (const row of app.points.near) this.name(context, row, app.title(row), taken, 11, false);
    }
    if (this.showNames && app.categories.length > 1) {
      for (const { category, row } of this.middles.slice(0, NAMES_MAX)) {
        if (app.points.lit && !app.points.lit.has(category)) continue;
        this.name(context, row, app.categories[category].name, taken, 15, false, css(app.colorOfPlace(category)));
      }
    }
    this.newcomers(context);
    this.axes(context, height);
    this.line(context);
  }

  private name(context: CanvasRenderingContext2D, row: number, text: string, taken: DOMRect[], size: number, always: boolean, color?: string): void {
    const place = this.app.scene!.screenOf(row);
    if (!place) return;
    const shown = text.length > 42 ? `${text.slice(0, 40)}…` : text;
    context.font = `600 ${size}px system-ui, "DejaVu Sans", sans-serif`;
    const width = context.measureText(shown).width;
    const x = place.x - width / 2;
    const y = place.y - (color ? -size / 3 : 12);
    const box = new DOMRect(x - 4, y - size, width + 8, size + 8);
    const overlaps = taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
    if (overlaps && !always) return;
    taken.push(box);
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = this.app.dark ? "rgb(9 12 17 / 88%)" : "rgb(255 255 255 / 92%)";
    context.strokeText(shown, x, y);
    context.fillStyle = this.app.dark ? "#f4f7fb" : "#10151c";
    context.fillText(shown, x, y);
    if (color) {
      context.fillStyle = color;
      context.fillRect(x, y + 4, width, 2.5);
    }
  }

  // Diamonds; hollow where they are far from anything known.
  private newcomers(context: CanvasRenderingContext2D): void {
    const { newcomers, scene } = this.app;
    if (!newcomers?.places) return;
    context.lineWidth = 2;
    for (let i = 0; i < newcomers.count; ++i) {
      const place = scene!.screenOfPlace(newcomers.places, i);
      if (!place) continue;
      context.beginPath();
      for (const [dx, dy] of [[0, -8], [8, 0], [0, 8], [-8, 0]]) context.lineTo(place.x + dx, place.y + dy);
      context.closePath();
      context.fillStyle = newcomers.isStrange(i) ? "rgb(0 0 0 / 0%)" : this.app.dark ? "#ffffff" : "#11161d";
      context.fill();
      context.strokeStyle = newcomers.isStrange(i) === this.app.dark ? "#ffffff" : "#11161d";
      context.stroke();
    }
  }

  private axes(context: CanvasRenderingContext2D, height: number): void {
    const { app } = this;
    if (app.axisNames.length === 0) return;
    const from = { x: 56, y: height - 104 };
    const directions = app.scene!.axisDirections();
    context.font = '11px system-ui, "DejaVu Sans", sans-serif';
    context.lineWidth = 1.5;
    app.axisNames.forEach((name, i) => {
      const to = { x: from.x + 34 * directions[i].x, y: from.y + 34 * directions[i].y };
      context.strokeStyle = context.fillStyle = app.dark ? "#9eabbb" : "#54606f";
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
      const shown = name.length > 24 ? `${name.slice(0, 23)}…` : name;
      const width = context.measureText(shown).width;
      context.fillText(shown, Math.max(4, to.x + (directions[i].x < 0 ? -width - 4 : 4)), to.y + (directions[i].y > 0.3 ? 11 : 3));
    });
  }

  private line(context: CanvasRenderingContext2D): void {
    if (!this.outline || this.outline.points.length < 2) return;
    context.beginPath();
    this.outline.points.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.closePath();
    context.fillStyle = "rgb(106 169 255 / 14%)";
    context.fill();
    context.strokeStyle = this.app.dark ? "#9cc8ff" : "#1b5fcc";
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
  }
}
