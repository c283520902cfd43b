// The insights: how wide each label is, which labels are probably wrong, what is far from its
// own, what kinds there are, what the axes mean. Each line leads to its place in the map.

import type { App } from "./app";
import { byId, count, el, fill, segments, short } from "./dom";
import { light } from "./legend";
import { css } from "./palette";

const SUSPECTS = 100;
const OUTLIERS = 24;

interface Spread { label: string; count: number; rms: number; nearest: number | null }
interface Suspect { row: number; given: string; suggested: string; given_probability: number; suggested_probability: number; confident: boolean }
interface Confusion { given: string; suggested: string; count: number }
interface Kind { medoid: number; count: number; rms: number; rows: number[] }

export function makeInsights(app: App): void {
  const page = byId("page-insights");
  const boxes = {
    spread: el("div.insight"), suspects: el("div.insight"), confusions: el("div.insight"),
    kinds: el("div.insight"), outliers: el("div.insight"), axes: el("div.insight"),
  };
  let suspects: Suspect[] = [];
  let at = -1; // The suspect that is looked at.
  let loaded = ""; // The column for which all of it was asked.
  let inMap = false; // Whether spreads are of the map.

  const column = () => (app.categories.length > 1 ? app.colorColumn!.info.name : "");
  const swatch = (label: string) => {
    const place = app.categories.findIndex((category) => category.name === label);
    return place < 0 ? "var(--muted)" : css(app.colorOfPlace(place));
  };
  const dot = (label: string) => {
    const mark = el("span.dot");
    mark.style.background = swatch(label);
    return mark;
  };

  async function load(): Promise<void> {
    if (page.hidden || loaded === column()) return;
    loaded = column();
    at = -1;
    if (!loaded) {
      fill(page, el("div.empty", {}, el("p", {}, "Colour by a column with groups, such as labels or clusters, and this page says how wide each is, which points probably belong elsewhere, and what is far from its own.")), boxes.axes);
      return void showAxes();
    }
    fill(page, ...Object.values(boxes));
    await Promise.all([showSpread(), showSuspects(), showOutliers(), showKinds(), showAxes()]);
  }

  // Asks, and shows what came or why nothing did.
  async function ask<T>(box: HTMLElement, title: string, kind: string, parameters: Record<string, string | number>, show: (answer: T) => (HTMLElement | null)[]): Promise<void> {
    const mine = loaded;
    fill(box, el("h2", {}, title), el("p", {}, "measuring …"));
    try {
      const answer = (await app.source.insight(kind, parameters)) as T;
      if (mine === loaded) fill(box, ...show(answer));
    } catch (error) {
      if (mine === loaded) fill(box, el("h2", {}, title), el("p", {}, `${(error as Error).message}.`));
    }
  }

  function showSpread(): Promise<void> {
    const parameters: Record<string, string | number> = { column: loaded };
    if (inMap && app.active?.id) parameters.id = app.active.id;
    return ask<{ spreads: Spread[] }>(boxes.spread, "Spread", "spread", parameters, ({ spreads }) => {
      const widest = spreads[0];
      const tightest = spreads.at(-1)!;
      const choice = el("div.segments.small", { role: "radiogroup", "aria-label": "Spread measured where" });
      segments<number>(choice, [[0, "original"], [1, "this map"]], inMap ? 1 : 0, (value) => {
        inMap = value === 1;
        void showSpread();
      });
      const bars = el("div.bars", { id: "spread-bars" });
      for (const spread of spreads.slice(0, 60)) {
        const bar = el("div");
        bar.style.width = `${(100 * spread.rms) / (widest.rms || 1)}%`;
        bar.style.background = swatch(spread.label);
        bars.append(el("button.bar-name", { type: "button", title: `Light ${spread.label} and fly there`, onclick: () => show(spread.label) }, spread.label), el("div.bar-track", { title: spread.nearest === null ? "" : `${count(spread.count)} points, mean distance to the nearest ${short(spread.nearest)}` }, bar), el("span", {}, spread.rms.toFixed(2)));
      }
      const where = inMap ? "in this map" : "in the original space";
      return [
        el("div.row", {}, el("h2", {}, "Spread"), el("span.grow"), choice),
        el("p", { id: "spread-said" }, `${widest.label} is the widest ${where} (${widest.rms.toFixed(2)}), ${tightest.label} the tightest (${tightest.rms.toFixed(2)}).`),
        bars,
        el("p", {}, inMap ? "Maps distort sizes: compare with the original space." : "Root mean square distance to the group's mean."),
      ];
    });
  }

  function show(label: string): void {
    const place = app.categories.findIndex((category) => category.name === label);
    if (place < 0) return;
    app.points.lit = null;
    light(app, place);
    app.scene?.flyTo(app.rowsOfCategory(place));
    void showKinds();
  }

  function showSuspects(): Promise<void> {
    fill(boxes.confusions);
    return ask<{ from: string; total: number; judged_from: number; unjudged_labels: number; suspects: Suspect[]; confusions: Confusion[] }>(boxes.suspects, "Probably mislabelled", "suspects", { column: loaded, count: SUSPECTS }, (answer) => {
      suspects = answer.suspects;
      if (answer.confusions.length) showConfusions(answer.confusions);
      const unjudged = answer.unjudged_labels ? ` ${count(answer.unjudged_labels)} labels of fewer than ${answer.judged_from} points are not judged.` : "";
      if (suspects.length === 0) return [el("h2", {}, "Probably mislabelled"), el("p", {}, `No point's neighbourhood contradicts its label.${unjudged}`)];
      const cards = suspects.map((suspect, i) => card(suspect.row, [dot(suspect.given), `${suspect.given} → ${suspect.suggested}`], () => step(i)));
      const box = el("div.cards", { id: "suspects" }, ...cards);
      return [
        el("div.row", {}, el("h2", {}, "Probably mislabelled"), el("span.grow"),
          el("button.button.tiny", { type: "button", "aria-label": "Suspect before (K)", onclick: () => step(at - 1) }, "‹"),
          el("span", { id: "suspect-at", role: "status" }, `${count(answer.total)}`),
          el("button.button.tiny", { type: "button", "aria-label": "Next suspect (J)", onclick: () => step(at + 1) }, "›")),
        el("p", {}, `By ${answer.from}: given label → what it looks like. The likeliest errors come first.${unjudged}`),
        el("div.row", { id: "suspect-verdict" }),
        box,
      ];
    });
  }

  function card(row: number, text: (Node | string)[], go: () => void): HTMLElement {
    return el("button.card", { type: "button", title: app.title(row), onclick: go }, app.images ? app.images.thumb(row, 56) : el("span", {}, app.title(row)), el("span", {}, ...text));
  }

  function step(to: number): void {
    if (!suspects.length) return;
    at = (to + suspects.length) % suspects.length;
    document.querySelectorAll("#suspects .card").forEach((one, i) => {
      one.classList.toggle("on", i === at);
      if (i === at) one.scrollIntoView({ block: "nearest" });
    });
    byId("suspect-at").textContent = `${at + 1} of ${suspects.length}`;
    const suspect = suspects[at];
    fill(byId("suspect-verdict"), el("button.button.tiny", { type: "button", title: "Give it this label (Y)", onclick: accept }, `It is ${suspect.suggested}`), el("span.muted", {}, `given ${suspect.given}`));
    app.points.lit = null; // Its surroundings are of interest, whatever their label.
    app.focus(suspects[at].row, true);
  }

  // The label that is suggested for the suspect that is looked at.
  function accept(): void {
    const suspect = suspects[at];
    if (!suspect) return;
    void app.edits.set(loaded, [suspect.row], suspect.suggested);
    document.querySelectorAll("#suspects .card")[at]?.classList.add("done");
  }

  function showConfusions(confusions: Confusion[]): void {
    const most = confusions[0].count;
    const bars = el("div.bars");
    for (const { given, suggested, count: size } of confusions.slice(0, 12)) {
      const bar = el("div");
      bar.style.width = `${(100 * size) / most}%`;
      bar.style.background = swatch(given);
      const rows = suspects.filter((one) => one.given === given && one.suggested === suggested).map((one) => one.row);
      bars.append(el("button.bar-name", { type: "button", title: "Select the likeliest of them", onclick: () => {
        app.points.select(rows);
        app.scene?.flyTo(rows);
      } }, `${given} → ${suggested}`), el("div.bar-track", {}, bar), el("span", {}, count(size)));
    }
    fill(boxes.confusions, el("h2", {}, "Taken for each other"), bars);
  }

  function showKinds(): Promise<void> {
    const lit = app.points.lit;
    const label = lit?.size === 1 ? app.categories[[...lit][0]]?.name : undefined;
    if (!label || !app.source.live) {
      fill(boxes.kinds, el("h2", {}, "Kinds"), el("p", {}, "Light one group in the legend to see what kinds it has."));
      return Promise.resolve();
    }
    return ask<{ kinds: Kind[] }>(boxes.kinds, `Kinds of ${label}`, "kinds", { column: loaded, label }, ({ kinds }) => [
      el("h2", {}, `Kinds of ${label}`),
      el("p", {}, "The most typical point of each kind; a click selects its likes."),
      el("div.cards", {}, ...kinds.map((kind) => card(kind.medoid, [count(kind.count)], () => {
        app.points.select(kind.rows);
        app.focus(kind.medoid, true);
      }))),
    ]);
  }

  function showOutliers(): Promise<void> {
    return ask<{ outliers: { row: number; ratio: number }[] }>(boxes.outliers, "Far from their own", "outliers", { column: loaded, count: OUTLIERS }, ({ outliers }) => [
      el("h2", {}, "Far from their own"),
      el("p", {}, "How many times farther from its neighbours than is usual for its label."),
      el("div.cards", {}, ...outliers.map(({ row, ratio }) => card(row, [`${ratio.toFixed(1)} ×`], () => app.focus(row, true)))),
    ]);
  }

  async function showAxes(): Promise<void> {
    const map = app.active;
    if (!map?.id || map.state !== "done" || !app.source.live || page.hidden) return;
    const parts: HTMLElement[] = [];
    for (let axis = 0; axis < map.request.dimensions; ++axis) {
      try {
        const answer = await app.source.insight("axis", { id: map.id, axis });
        const columns = answer.columns as { column: string; correlation: number }[];
        const ends = (rows: number[]) => el("div.cards", {}, ...rows.slice(0, 4).map((row) => card(row, [app.colorValue(row) || app.title(row)], () => app.focus(row, true))));
        const along = columns.slice(0, 3).map((one) => `${one.column} ${one.correlation.toFixed(2)}`).join(", ");
        parts.push(el("h3", {}, app.axisNames[axis] ?? `axis ${axis + 1}`), along ? el("p", {}, `Goes along with ${along}.`) : el("p", {}, "No column goes along with it."), ends(answer.low as number[]), el("p", {}, "… to …"), ends((answer.high as number[]).slice(0, 4)));
      } catch {
        return; // The map was replaced while it was asked about.
      }
    }
    if (map.id === app.active?.id) fill(boxes.axes, el("h2", {}, "What the axes mean"), ...parts);
  }

  app.on("tab", () => void load());
  let colored = "";
  app.on("color", () => {
    // An edit alone measures nothing anew: that waits until it is saved.
    const now = `${column()} ${app.paletteName}`;
    if (now === colored) return;
    colored = now;
    loaded = "";
    void load();
  });
  app.on("accept", accept);
  app.on("saved", () => {
    loaded = "";
    void load();
  });
  app.on("theme", () => {
    loaded = "";
    void load();
  });
  app.on("step", ((by: number) => {
    if (page.hidden) byId("tab-insights").click();
    step(at + by);
  }) as never);
  app.on("run", (() => {
    if (app.active?.state !== "done") return;
    void showAxes();
    if (inMap) void showSpread();
  }) as never);
  let litBefore = "";
  app.points.onChange(() => {
    const lit = [...(app.points.lit ?? [])].join();
    if (lit === litBefore || page.hidden || !loaded) return;
    litBefore = lit;
    void showKinds();
  });
}
