// Small helpers for the document. Text from data always goes in as text, never as markup.

type Child = Node | string | null | undefined | false;

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found as T;
}

// el("button.primary", { title: "x", onclick: f }, "text", child)
export function el<K extends string>(
  tag: K,
  properties: Record<string, unknown> = {},
  ...children: Child[]
): HTMLElement {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value as EventListener);
    else if (key.startsWith("aria-") || key === "role" || key === "for" || key === "colspan") {
      element.setAttribute(key, String(value));
    } else (element as unknown as Record<string, unknown>)[key] = value;
  }
  fill(element, ...children);
  return element;
}

export function fill(element: HTMLElement, ...children: Child[]): HTMLElement {
  element.replaceChildren(...(children.filter((child) => child !== null && child !== undefined && child !== false) as Node[]));
  return element;
}

// An icon from path data in a 20 x 20 box.
export function icon(...paths: string[]): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  for (const data of paths) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}

export function options(select: HTMLSelectElement, values: [string, string][], chosen: string): void {
  select.replaceChildren(
    ...values.map(([value, text]) => {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = text;
      return option;
    }),
  );
  select.value = chosen;
}

// A row of buttons of which one is chosen; arrow keys move, as in any radio group.
export function segments<T extends string | number>(
  box: HTMLElement,
  choices: [T, string, string?][],
  chosen: T,
  onChoose: (value: T) => void,
): (value: T) => void {
  const buttons = choices.map(([value, text, title]) =>
    el("button", { type: "button", role: "radio", title: title ?? "", onclick: () => choose(value, true) }, text),
  );
  function choose(value: T, tell: boolean): void {
    buttons.forEach((button, i) => {
      const on = choices[i][0] === value;
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on ? 0 : -1;
    });
    if (tell) onChoose(value);
  }
  box.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const next = (at + step + buttons.length) % buttons.length;
    buttons[next].focus();
    choose(choices[next][0], true);
  };
  fill(box, ...buttons);
  choose(chosen, false);
  return (value) => choose(value, false);
}

const counts = new Intl.NumberFormat("en-US");
export const count = (value: number): string => counts.format(value);

// Three or four significant digits, plain where possible.
export function short(value: number): string {
  if (!Number.isFinite(value)) return "";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return counts.format(value).replace(/,/g, size < 1e4 ? "" : ",");
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function save(name: string, content: BlobPart | Blob, type = "application/octet-stream"): void {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
