// What is shown, in the fragment of the address: a reload or a shared link shows it again.
// The token is never part of it.

import type { App } from "./app";
import type { MapRequest, Method } from "./types";

const WRITE_MS = 250;

export interface Shown {
  request: MapRequest;
  color: string | null;
  palette: string | null;
  lit: string[];
  focus: number;
  view: string | null;
  images: boolean;
  theme: string | null;
}

export function readAddress(): Shown {
  const fragment = new URLSearchParams(location.hash.slice(1));
  let request: MapRequest = { method: "pca", dimensions: 3 };
  try {
    const given = JSON.parse(fragment.get("map") ?? "");
    if (given && typeof given.method === "string") request = { ...given, method: given.method as Method, dimensions: given.dimensions === 2 ? 2 : 3 };
  } catch {
    // An address without a map, or one that was cut: the first map is shown.
  }
  const focus = Number(fragment.get("point") ?? -1);
  return {
    request,
    color: fragment.get("color"),
    palette: fragment.get("palette"),
    lit: fragment.getAll("lit"),
    focus: Number.isInteger(focus) ? focus : -1,
    view: fragment.get("view"),
    images: fragment.get("images") === "1",
    theme: fragment.get("theme"),
  };
}

export function writeAddress(app: App): void {
  const fragment = new URLSearchParams();
  const request = app.active?.request;
  if (request && request.method !== "axes") fragment.set("map", JSON.stringify(request));
  if (app.colorColumn && app.colorColumn.info.name !== app.info.color) fragment.set("color", app.colorColumn.info.name);
  if (app.paletteName !== "accessible") fragment.set("palette", app.paletteName);
  for (const category of app.points.lit ?? []) fragment.append("lit", app.categories[category]?.name ?? "");
  if (app.points.focus >= 0) fragment.set("point", String(app.points.focus));
  if (app.showsImages) fragment.set("images", "1");
  if (app.scene) fragment.set("view", app.scene.view);
  fragment.set("theme", app.theme);
  history.replaceState(null, "", `${location.pathname}${location.search}#${fragment}`);
}

export function keepAddress(app: App): void {
  let waiting = 0;
  const later = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => writeAddress(app), WRITE_MS);
  };
  app.on("url", later);
  app.on("theme", later);
  document.getElementById("stage")!.addEventListener("pointerup", later);
  document.getElementById("stage")!.addEventListener("wheel", later, { passive: true });
}
