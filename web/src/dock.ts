// The tools over the map, what the mouse does with them, and the keys.

import type { App } from "./app";
import { byId, count, el, fill, icon } from "./dom";
import type { Overlay } from "./overlay";

type Tool = "orbit" | "lasso" | "box";

interface Action {
  key: string;
  title: string;
  paths: string[];
  run: () => void;
  pressed?: () => boolean;
  enabled?: () => boolean;
  gap?: boolean; // Before it.
}

const CLICK_SLACK = 4; // Pixels that a click may wander.
const HOVER_MS = 70;

export function makeDock(app: App, overlay: Overlay): void {
  const stage = byId("stage");
  const view = byId<HTMLCanvasElement>("view");
  let tool: Tool = "orbit";

  const setTool = (next: Tool) => {
    tool = tool === next ? "orbit" : next;
    stage.classList.toggle("select", tool !== "orbit");
    if (app.scene) app.scene.enabled = tool === "orbit";
    draw();
  };
  const spin = (on: boolean) => {
    if (!app.scene) return;
    app.scene.spinning = on;
    app.scene.ask();
    draw();
  };

  const actions: Action[] = [
    { key: "o", title: "Turn and move", paths: ["M10 3a7 7 0 1 1-6.6 4.7M3 3v5h5"], run: () => setTool("orbit"), pressed: () => tool === "orbit" },
    { key: "l", title: "Lasso: select what it encloses, hidden points too", paths: ["M10 13C5.5 13 2.5 11 2.5 8S5.5 3 10 3s7.5 2 7.5 5-3 5-7.5 5zM6.5 12.5c-1.5 1-1 3 .5 3s2 1 1 2.5"], run: () => setTool("lasso"), pressed: () => tool === "lasso" },
    { key: "b", title: "Box: select what it encloses", paths: ["M3 5V3h3M14 3h3v2M17 15v2h-3M6 17H3v-2M9 3h2M9 17h2M3 9v2M17 9v2"], run: () => setTool("box"), pressed: () => tool === "box" },
    { key: "i", title: "Only the selected points", gap: true, paths: ["M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 6V3h3M14 3h3v3M17 14v3h-3M6 17H3v-3"], run: () => app.points.isolate(), enabled: () => app.points.selectedCount > 0 },
    { key: "v", title: "Invert the selection", paths: ["M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14"], run: () => app.points.invert() },
    { key: "a", title: "Show all points again", paths: ["M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z"], run: () => app.points.showAll(), enabled: () => app.points.visibleCount < app.points.count },
    { key: "u", title: "Undo", paths: ["M7 4 3 8l4 4M3 8h8a5 5 0 0 1 0 10H8"], run: () => app.points.undo(), enabled: () => app.points.canUndo },
    { key: "s", title: "Spin", gap: true, paths: ["M3 10c0-2 3-3.5 7-3.5s7 1.5 7 3.5-3 3.5-7 3.5H8M10 11l-2.2 2.5L10 16M10 2v2.2M10 16v2"], run: () => spin(!app.scene?.spinning), pressed: () => Boolean(app.scene?.spinning), enabled: () => app.scene?.dimensions === 3 },
    { key: "r", title: "Whole map", paths: ["M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"], run: () => app.scene?.home() },
    { key: "n", title: "Names of the groups", paths: ["M4 15 9 4h2l5 11M6 11h8"], run: () => { overlay.showNames = !overlay.showNames; app.scene?.ask(); draw(); }, pressed: () => overlay.showNames },
  ];
  if (app.images) {
    actions.push({ key: "m", title: "Images as points", paths: ["M3 4h14v12H3zM3 13l4-4 3.5 3.5L13 10l4 4M12.5 7.5h.01"], run: () => void app.setImages(!app.showsImages).catch((error) => say(error.message)), pressed: () => app.showsImages });
  }

  function draw(): void {
    fill(byId("dock"), ...actions.flatMap((action) => {
      const button = el("button", { type: "button", title: `${action.title} (${action.key.toUpperCase()})`, "aria-label": action.title, onclick: action.run }, icon(...action.paths) as unknown as Node) as HTMLButtonElement;
      button.dataset.key = action.key;
      if (action.pressed) button.setAttribute("aria-pressed", String(action.pressed()));
      button.disabled = !app.scene || !(action.enabled?.() ?? true);
      return action.gap ? [el("span.gap"), button] : [button];
    }));
    const { selectedCount, visibleCount, count: all } = app.points;
    byId("status").textContent = [
      visibleCount < all ? `${count(visibleCount)} of ${count(all)} points` : `${count(all)} points`,
      selectedCount ? `${count(selectedCount)} selected` : "",
    ].filter(Boolean).join(" · ");
  }

  function say(text: string): void {
    byId("status").textContent = text;
  }

  app.points.onChange(draw);
  app.on("images", draw);
  app.on("map", draw);
  draw();
  if (app.scene) {
    app.scene.onTouch = () => app.scene!.spinning && spin(false);
    watchMouse();
  }
  watchKeys();

  function watchMouse(): void {
    let down: { x: number; y: number } | null = null;
    let wandered = 0; // How far from there: a lasso ends where it began, and is no click.
    let hovering = 0;
    const at = (event: PointerEvent) => {
      const box = view.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    view.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      down = at(event);
      wandered = 0;
      hideTip();
      if (tool === "orbit") return;
      view.setPointerCapture(event.pointerId);
      overlay.outline = { points: [down], closed: false };
    });
    view.addEventListener("pointermove", (event) => {
      const here = at(event);
      if (down) wandered = Math.max(wandered, Math.hypot(here.x - down.x, here.y - down.y));
      if (down && tool !== "orbit" && overlay.outline) {
        if (tool === "lasso") overlay.outline.points.push(here);
        else overlay.outline.points = [down, { x: here.x, y: down.y }, here, { x: down.x, y: here.y }];
        app.scene!.ask();
        return;
      }
      clearTimeout(hovering);
      if (event.buttons === 0) hovering = window.setTimeout(() => hover(here), HOVER_MS);
    });
    view.addEventListener("pointerup", (event) => {
      const here = at(event);
      const from = down;
      down = null;
      if (!from || event.button !== 0) return;
      const isClick = Math.max(wandered, Math.hypot(here.x - from.x, here.y - from.y)) <= CLICK_SLACK;
      if (overlay.outline) {
        const outline = overlay.outline.points;
        overlay.outline = null;
        if (!isClick) app.points.select(enclosed(app, outline), event.shiftKey);
        app.scene!.ask();
      }
      if (isClick) click(here, event.shiftKey);
    });
    view.addEventListener("pointerleave", () => {
      clearTimeout(hovering);
      hideTip();
    });
    view.addEventListener("wheel", () => {
      hideTip();
      if (app.scene!.spinning) spin(false);
    }, { passive: true });
    view.addEventListener("dblclick", (event) => {
      const row = app.scene!.pick(at(event as PointerEvent).x, at(event as PointerEvent).y);
      if (row >= 0) app.scene!.flyTo([row]);
    });
  }

  function click(here: { x: number; y: number }, add: boolean): void {
    const newcomer = app.newcomers?.pick(here.x, here.y) ?? -1;
    if (newcomer >= 0) return app.tell("newcomer", newcomer);
    const row = app.scene!.pick(here.x, here.y);
    if (add && row >= 0) app.points.select([row], true);
    else if (row !== app.points.focus) app.focus(row);
    app.scene!.ask();
  }

  function hover(here: { x: number; y: number }): void {
    if (app.scene!.frame.moving) return;
    const row = app.scene!.pick(here.x, here.y);
    app.scene!.ask();
    const tip = byId("tip");
    if (row < 0) return hideTip();
    const value = app.colorValue(row);
    fill(tip, app.images ? app.images.thumb(row, 56) : null, el("div", {}, el("strong", {}, app.title(row)), value && value !== app.title(row) ? `${app.colorColumn!.info.name} ${value}` : null));
    tip.hidden = false;
    const box = stage.getBoundingClientRect();
    tip.style.left = `${Math.min(here.x + 14, box.width - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(here.y + 14, box.height - tip.offsetHeight - 8)}px`;
  }

  function hideTip(): void {
    byId("tip").hidden = true;
  }

  function watchKeys(): void {
    const more: [string, string, () => void][] = [
      ["/", "Search", () => byId("search").focus()],
      ["t", "Light or dark", () => byId("theme").click()],
      ["2", "Two dimensions", () => app.tell("dimensions", 2)],
      ["3", "Three dimensions", () => app.tell("dimensions", 3)],
      ["f", "Fly to the point or the selection", () => app.scene?.flyTo(app.points.focus >= 0 ? [app.points.focus] : app.points.rows(app.points.selected))],
      ["Escape", "Clear point, selection and dimming", () => { if (tool !== "orbit") setTool("orbit"); app.points.clear(); app.tell("focus", -1); app.tell("url"); }],
      ["j", "Next suspect", () => app.tell("step", 1)],
      ["k", "Suspect before", () => app.tell("step", -1)],
      ["y", "Give the suspect the label that is suggested", () => app.tell("accept")],
      ["e", "Edit the label of the point or the selection", () => { byId("tab-point").click(); document.getElementById("edit-value")?.focus(); }],
      ["?", "These keys", () => byId<HTMLDialogElement>("shortcuts").showModal()],
    ];
    fill(byId("shortcut-list"), ...[...actions.map(({ key, title }): [string, string] => [key.toUpperCase(), title]), ...more.map(([key, title]): [string, string] => [key, title])].flatMap(([key, title]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, title)]));
    byId("help").onclick = () => byId<HTMLDialogElement>("shortcuts").showModal();
    document.addEventListener("keydown", (event) => {
      const target = event.target as HTMLElement;
      const writes = target.matches("input, select, textarea, dialog, dialog *");
      if (event.key === "Escape" && target.id === "search") target.blur();
      if (writes || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && event.key === "z") return app.points.undo();
      if (event.ctrlKey || event.metaKey) return;
      const action = actions.find(({ key }) => key === event.key.toLowerCase());
      if (action) {
        if (app.scene && (action.enabled?.() ?? true)) action.run();
        return;
      }
      const other = more.find(([key]) => key === event.key);
      if (!other) return;
      event.preventDefault();
      other[2]();
    });
  }
}

// The rows whose places on the screen lie inside the outline, whether or not others hide them.
export function enclosed(app: App, outline: { x: number; y: number }[]): number[] {
  const rows: number[] = [];
  const scene = app.scene!;
  for (let row = 0; row < app.points.count; ++row) {
    if (!app.points.visible[row]) continue;
    const place = scene.screenOf(row);
    if (place && isInside(place, outline)) rows.push(row);
  }
  return rows;
}

function isInside({ x, y }: { x: number; y: number }, outline: { x: number; y: number }[]): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const a = outline[i];
    const b = outline[j];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
