// Which points are visible, dimmed, selected: the state that every part of the page shares.

export const HIDDEN = 1;
export const DIM = 2;
export const SELECTED = 4;
export const FOCUS = 8;
export const NEAR = 16;

const UNDO_MAX = 30;

export class Points {
  selected: Uint8Array; // 1 or 0, by row.
  visible: Uint8Array;
  focus = -1; // The row that was clicked; -1: none.
  near: number[] = []; // Its neighbours.
  lit: Set<number> | null = null; // Categories that are not dimmed; null: all.
  codes: Uint32Array | null = null; // The category of each row.
  selectedCount = 0;
  visibleCount: number;

  private readonly history: (() => void)[] = []; // Each takes a step back.
  private readonly listeners: (() => void)[] = [];

  constructor(readonly count: number) {
    this.selected = new Uint8Array(count);
    this.visible = new Uint8Array(count).fill(1);
    this.visibleCount = count;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  changed(): void {
    this.selectedCount = this.selected.reduce((sum, one) => sum + one, 0);
    this.visibleCount = this.visible.reduce((sum, one) => sum + one, 0);
    for (const listener of this.listeners) listener();
  }

  rows(which: Uint8Array): number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.count; ++row) if (which[row]) rows.push(row);
    return rows;
  }

  get canUndo(): boolean {
    return this.history.length > 0;
  }

  remember(): void {
    const selected = this.selected.slice();
    const visible = this.visible.slice();
    this.rememberStep(() => {
      this.selected = selected;
      this.visible = visible;
      this.changed();
    });
  }

  rememberStep(back: () => void): void {
    this.history.push(back);
    if (this.history.length > UNDO_MAX) this.history.shift();
  }

  undo(): void {
    this.history.pop()?.();
  }

  // Hidden points cannot be selected. `add`: to what is selected already.
  select(rows: Iterable<number>, add = false): void {
    this.remember();
    if (!add) this.selected.fill(0);
    for (const row of rows) if (this.visible[row]) this.selected[row] = 1;
    this.changed();
  }

  clear(): void {
    if (this.selectedCount) this.remember();
    this.selected.fill(0);
    this.lit = null;
    this.focus = -1;
    this.near = [];
    this.changed();
  }

  invert(): void {
    this.remember();
    for (let row = 0; row < this.count; ++row) this.selected[row] = this.visible[row] && !this.selected[row] ? 1 : 0;
    this.changed();
  }

  // Only what is selected stays visible.
  isolate(rows?: Iterable<number>): void {
    this.remember();
    if (rows) {
      this.visible.fill(0);
      for (const row of rows) this.visible[row] = 1;
    } else {
      this.visible.set(this.selected);
    }
    this.selected.fill(0);
    this.changed();
  }

  showAll(): void {
    this.remember();
    this.visible.fill(1);
    this.changed();
  }

  states(): Uint8Array {
    const states = new Uint8Array(this.count);
    const dims = this.selectedCount > 0;
    for (let row = 0; row < this.count; ++row) {
      let bits = this.visible[row] ? 0 : HIDDEN;
      if (this.selected[row]) bits |= this.selectedCount <= 60 ? SELECTED : 0;
      else if (dims) bits |= DIM;
      if (this.lit && !(this.codes && this.lit.has(this.codes[row]))) bits |= DIM;
      states[row] = bits;
    }
    for (const row of this.near) states[row] = (states[row] & ~DIM) | NEAR;
    if (this.focus >= 0) states[this.focus] = (states[this.focus] & ~(DIM | HIDDEN)) | FOCUS;
    return states;
  }
}
