// The cloud of points: one buffer, one draw call, a camera around it.
//
// Points lie in the buffer in a random order that never changes, so that its first part is a
// fair sample: while anything moves no more than MOVING_POINTS are drawn, and all of them once
// it is still. A pick draws row numbers into nine by nine pixels around the cursor, only when
// it is asked for. Pictures are drawn on demand: a still map costs nothing.

import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataArrayTexture,
  DataTexture,
  GLSL3,
  LinearFilter,
  NearestFilter,
  OrthographicCamera,
  PerspectiveCamera,
  Points as Cloud,
  RawShaderMaterial,
  RedFormat,
  RGBAFormat,
  Scene as Graph,
  Vector2,
  Vector3,
  WebGLRenderTarget,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { PALETTE_SIZE } from "./palette";
import { FRAGMENT, PICK_FRAGMENT, VERTEX } from "./shaders";

export const MOVING_POINTS = 200_000;
const HOME_DISTANCE = 3.4;
const PICK_SIDE = 9;
const SETTLE_MS = 160; // After the last movement.
const FRAME_S = 1 / 60;
const FRAME_S_MAX = 0.25; // Slower pictures show less movement, not larger leaps.
const DAMPING = 0.12; // Of what is left of a movement, the share that is done in FRAME_S.
const FLY_MS = 700;

export interface Sheets {
  pixels: Uint8Array;
  side: number;
  layers: number;
  channels: number;
  columns: number;
  perSheet: number;
  width: number;
  height: number;
}

// A generator with a fixed seed: the order of the points is the same on every visit.
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let state = 0x9e3779b9;
  for (let i = count - 1; i > 0; --i) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const j = ((t ^ (t >>> 14)) >>> 0) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export class Scene {
  readonly renderer: WebGLRenderer;
  readonly positions: Float32Array; // By row, three each, as drawn when nothing moves.
  dimensions: 2 | 3 = 3;
  spinning = false;
  onDraw: () => void = () => {};
  onTouch: () => void = () => {};
  frame = { calls: 0, points: 0, moving: false, number: 0 };

  private readonly graph = new Graph();
  private readonly order: Uint32Array; // Place in the buffer -> row.
  private readonly geometry = new BufferGeometry();
  private readonly material: RawShaderMaterial;
  private readonly pickMaterial: RawShaderMaterial;
  private readonly cloud: Cloud;
  private readonly perspective = new PerspectiveCamera(46, 1, 0.02, 60);
  private readonly flat = new OrthographicCamera(-1, 1, 1, -1, -20, 20);
  private controls: OrbitControls;
  private readonly pickTarget = new WebGLRenderTarget(PICK_SIDE, PICK_SIDE);
  private palette = new DataTexture(new Uint8Array(PALETTE_SIZE * 4), PALETTE_SIZE, 1, RGBAFormat);
  private width = 1;
  private height = 1;
  private frameOfData: Frame = { mean: [0, 0, 0], scale: 1 };
  private asked = false;
  private movedAt = 0;
  private drawnAt = 0; // The last of pictures that follow one another; 0: all is still.
  private mixFrom = 0; // When the transition began; 0: none.
  private mixMs = 1;
  private flight: { at: number; from: Vector3; to: Vector3; eyeFrom: Vector3; eyeTo: Vector3; zoomFrom: number; zoomTo: number } | null = null;

  // Throws where there is no WebGL 2.
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly count: number,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: false, powerPreference: "high-performance", preserveDrawingBuffer: false });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.order = shuffled(count);
    this.positions = new Float32Array(3 * count);
    const rows = Float32Array.from(this.order);
    this.geometry.setAttribute("position", new BufferAttribute(new Float32Array(3 * count), 3));
    this.geometry.setAttribute("before", new BufferAttribute(new Float32Array(3 * count), 3));
    this.geometry.setAttribute("look", new BufferAttribute(new Uint8Array(4 * count), 4));
    this.geometry.setAttribute("row", new BufferAttribute(rows, 1));
    const uniforms = {
      mixing: { value: 1 }, size: { value: 5 }, pixelRatio: { value: 1 }, homeDistance: { value: HOME_DISTANCE },
      flatZoom: { value: 0 }, sizeMax: { value: 30 }, fogRange: { value: new Vector2(2, 5) },
      palette: { value: this.palette }, sheets: { value: new DataArrayTexture(new Uint8Array(4), 1, 1, 1) as DataArrayTexture },
      ground: { value: new Color() }, ink: { value: new Color() },
      hasImages: { value: 0 }, isColored: { value: 0 }, sheetColumns: { value: 1 }, perSheet: { value: 1 },
      imageShare: { value: new Vector2(1, 1) },
    };
    const program = { glslVersion: GLSL3, vertexShader: VERTEX, uniforms };
    this.material = new RawShaderMaterial({ ...program, fragmentShader: FRAGMENT, transparent: true, depthWrite: true });
    this.pickMaterial = new RawShaderMaterial({ ...program, fragmentShader: PICK_FRAGMENT });
    this.pickMaterial.uniforms = uniforms;
    this.material.uniforms = uniforms;
    this.cloud = new Cloud(this.geometry, this.material);
    this.cloud.frustumCulled = false;
    this.graph.add(this.cloud);
    this.palette.magFilter = this.palette.minFilter = NearestFilter;
    this.controls = this.makeControls(this.perspective);
    this.home(false);
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement!);
    this.resize();
  }

  private get uniforms() {
    return this.material.uniforms;
  }

  get camera(): PerspectiveCamera | OrthographicCamera {
    return this.dimensions === 3 ? this.perspective : this.flat;
  }

  // ---- What is drawn.

  // The new places of the points, `values` as the server sends them. They are moved and scaled
  // so that nearly all of them lie within one unit of the middle.
  setCoordinates(values: Float32Array, dimensions: 2 | 3, transitionMs: number): void {
    const before = this.geometry.getAttribute("before") as BufferAttribute;
    const after = this.geometry.getAttribute("position") as BufferAttribute;
    this.freezeTransition(before.array as Float32Array, after.array as Float32Array);
    this.frameOfData = frameOf(values, dimensions);
    intoFrame(values, dimensions, this.frameOfData, this.positions);
    for (let i = 0; i < this.count; ++i) {
      const row = 3 * this.order[i];
      for (let axis = 0; axis < 3; ++axis) after.array[3 * i + axis] = this.positions[row + axis];
    }
    before.needsUpdate = after.needsUpdate = true;
    this.mixFrom = transitionMs > 0 ? performance.now() : 0;
    this.mixMs = transitionMs;
    this.uniforms.mixing.value = transitionMs > 0 ? 0 : 1;
    if (dimensions !== this.dimensions) this.setDimensions(dimensions);
    this.touch();
  }

  // What is on the screen now becomes where the next transition starts.
  private freezeTransition(before: Float32Array, after: Float32Array): void {
    const share = this.uniforms.mixing.value;
    for (let i = 0; i < before.length; ++i) before[i] += (after[i] - before[i]) * share;
  }

  // A place of the palette for each row, and the state bits.
  setLooks(places: Uint8Array, states: Uint8Array): void {
    const look = this.geometry.getAttribute("look") as BufferAttribute;
    for (let i = 0; i < this.count; ++i) {
      look.array[4 * i] = places[this.order[i]];
      look.array[4 * i + 1] = states[this.order[i]];
    }
    look.needsUpdate = true;
    this.ask();
  }

  setPalette(bytes: Uint8Array): void {
    (this.palette.image.data as Uint8Array).set(bytes);
    this.palette.needsUpdate = true;
    this.ask();
  }

  setGround(ground: string, ink: string): void {
    // Colours are used as they are: no conversion between colour spaces in the shaders.
    const plain = (text: string) => new Color().setRGB(...(text.match(/\w\w/g)!.map((part) => parseInt(part, 16) / 255) as [number, number, number]));
    this.uniforms.ground.value = plain(ground);
    this.uniforms.ink.value = plain(ink);
    this.renderer.setClearColor(new Color(ground), 1);
    this.ask();
  }

  setSize(factor: number): void {
    const images = this.uniforms.hasImages.value > 0;
    this.uniforms.size.value = factor * (images ? 21 * Math.pow(this.count / 1000 + 1, -0.1) : 15 * Math.pow(this.count, -0.125));
    this.uniforms.sizeMax.value = images ? 110 : 26;
    this.ask();
  }

  setSheets(sheets: Sheets): void {
    const format = sheets.channels === 1 ? RedFormat : RGBAFormat;
    const texture = new DataArrayTexture(sheets.pixels as Uint8Array<ArrayBuffer>, sheets.side, sheets.side, sheets.layers);
    texture.format = format;
    texture.minFilter = texture.magFilter = LinearFilter;
    texture.unpackAlignment = 1;
    texture.needsUpdate = true;
    this.uniforms.sheets.value = texture;
    this.uniforms.isColored.value = sheets.channels === 4 ? 1 : 0;
    this.uniforms.sheetColumns.value = sheets.columns;
    this.uniforms.perSheet.value = sheets.perSheet;
    this.uniforms.imageShare.value = new Vector2(sheets.width / sheets.side, sheets.height / sheets.side);
  }

  showImages(on: boolean): void {
    this.uniforms.hasImages.value = on ? 1 : 0;
  }

  // ---- The camera.

  private makeControls(camera: PerspectiveCamera | OrthographicCamera): OrbitControls {
    const controls = new OrbitControls(camera, this.canvas);
    controls.enableDamping = true;
    controls.dampingFactor = DAMPING;
    controls.zoomToCursor = true;
    controls.minDistance = 0.08;
    controls.maxDistance = 20;
    controls.maxZoom = 200;
    controls.minZoom = 0.2;
    controls.rotateSpeed = 0.9;
    controls.autoRotateSpeed = 60 / 14; // A turn in fourteen seconds.
    controls.addEventListener("change", () => this.touch());
    controls.addEventListener("start", () => {
      this.flight = null;
      this.onTouch();
    });
    return controls;
  }

  private setDimensions(dimensions: 2 | 3): void {
    this.controls.dispose();
    this.dimensions = dimensions;
    this.controls = this.makeControls(this.camera);
    if (dimensions === 2) {
      this.controls.enableRotate = false;
      this.controls.mouseButtons.LEFT = 2 as never; // Pan.
      this.controls.touches.ONE = 1 as never;
    }
    this.home(false);
  }

  set enabled(on: boolean) {
    this.controls.enabled = on;
  }

  home(animated = true): void {
    const eye = this.dimensions === 3 ? new Vector3(0.55, 0.42, 0.93).normalize().multiplyScalar(HOME_DISTANCE) : new Vector3(0, 0, 5);
    this.moveTo(new Vector3(), eye, 1, animated);
  }

  private moveTo(target: Vector3, eye: Vector3, zoom: number, animated: boolean): void {
    const instant = !animated || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.flight = {
      at: instant ? performance.now() - FLY_MS : performance.now(),
      from: this.controls.target.clone(), to: target,
      eyeFrom: this.camera.position.clone(), eyeTo: eye,
      zoomFrom: this.camera.zoom, zoomTo: zoom,
    };
    this.touch();
  }

  // Looks at these rows from where the camera is now, so near that they fill the picture.
  flyTo(rows: ArrayLike<number>): void {
    if (rows.length === 0) return;
    const middle = new Vector3();
    for (let i = 0; i < rows.length; ++i) middle.add(this.pointOf(rows[i]));
    middle.divideScalar(rows.length);
    let spread = 0;
    for (let i = 0; i < rows.length; ++i) spread += middle.distanceToSquared(this.pointOf(rows[i]));
    spread = Math.sqrt(spread / rows.length);
    const away = this.camera.position.clone().sub(this.controls.target).normalize();
    const distance = this.dimensions === 3 ? Math.max(0.95, 3.2 * spread) : 5;
    this.moveTo(middle, middle.clone().addScaledVector(away, distance), Math.min(12, 0.85 / Math.max(spread * 1.6, 0.05)), true);
  }

  get view(): string {
    const numbers = [...this.camera.position.toArray(), ...this.controls.target.toArray(), this.camera.zoom];
    return numbers.map((value) => Number(value.toPrecision(4))).join(",");
  }

  set view(text: string) {
    const numbers = text.split(",").map(Number);
    if (numbers.length !== 7 || !numbers.every(Number.isFinite)) return;
    this.moveTo(new Vector3(...numbers.slice(3, 6)), new Vector3(...numbers.slice(0, 3)), numbers[6], false);
  }

  pointOf(row: number): Vector3 {
    return new Vector3().fromArray(this.positions, 3 * row);
  }

  // Where a row is on the screen, in CSS pixels of the stage; nothing when it is behind.
  screenOf(row: number): { x: number; y: number; depth: number } | null {
    return this.onScreen(this.pointOf(row));
  }

  private onScreen(place: Vector3): { x: number; y: number; depth: number } | null {
    const point = place.project(this.camera);
    if (point.z < -1 || point.z > 1) return null;
    return { x: ((point.x + 1) / 2) * this.width, y: ((1 - point.y) / 2) * this.height, depth: point.z };
  }

  // Coordinates of the map that is shown, as places in the picture: three each.
  placesOf(values: Float32Array, dimensions: 2 | 3): Float32Array {
    const places = new Float32Array((values.length / dimensions) * 3);
    intoFrame(values, dimensions, this.frameOfData, places);
    return places;
  }

  screenOfPlace(places: Float32Array, i: number): { x: number; y: number; depth: number } | null {
    return this.onScreen(new Vector3().fromArray(places, 3 * i));
  }

  // The directions of the three axes on the screen, for the little cross in the corner.
  axisDirections(): { x: number; y: number }[] {
    const inverse = this.camera.quaternion.clone().invert();
    return [new Vector3(1, 0, 0), new Vector3(0, 1, 0), new Vector3(0, 0, 1)].map((axis) => {
      axis.applyQuaternion(inverse);
      return { x: axis.x, y: -axis.y };
    });
  }

  // ---- Picking.

  // The row at this place of the stage, or the nearest within four pixels; -1: none.
  pick(x: number, y: number): number {
    const left = Math.round(x) - (PICK_SIDE - 1) / 2;
    const top = Math.round(y) - (PICK_SIDE - 1) / 2;
    this.camera.setViewOffset(this.width, this.height, left, top, PICK_SIDE, PICK_SIDE);
    this.cloud.material = this.pickMaterial;
    this.uniforms.pixelRatio.value = 1;
    this.geometry.setDrawRange(0, this.count);
    const clear = this.renderer.getClearColor(new Color()).clone();
    this.renderer.setRenderTarget(this.pickTarget);
    this.renderer.setClearColor(0, 0);
    this.renderer.clear();
    this.renderer.render(this.graph, this.camera);
    this.renderer.setRenderTarget(null);
    this.renderer.setClearColor(clear, 1);
    this.cloud.material = this.material;
    this.camera.clearViewOffset();
    const bytes = new Uint8Array(4 * PICK_SIDE * PICK_SIDE);
    this.renderer.readRenderTargetPixels(this.pickTarget, 0, 0, PICK_SIDE, PICK_SIDE, bytes);
    let best = -1;
    let nearest = Infinity;
    for (let i = 0; i < PICK_SIDE * PICK_SIDE; ++i) {
      const id = bytes[4 * i] + 256 * bytes[4 * i + 1] + 65536 * bytes[4 * i + 2];
      const dx = (i % PICK_SIDE) - 4;
      const dy = Math.floor(i / PICK_SIDE) - 4;
      if (bytes[4 * i + 3] === 0 || id === 0 || dx * dx + dy * dy >= nearest) continue;
      nearest = dx * dx + dy * dy;
      best = id - 1;
    }
    return best;
  }

  // ---- Drawing.

  resize(): void {
    const box = this.canvas.parentElement!.getBoundingClientRect();
    this.width = Math.max(1, box.width);
    this.height = Math.max(1, box.height);
    this.renderer.setSize(this.width, this.height, false);
    const aspect = this.width / this.height;
    this.perspective.aspect = aspect;
    const reach = 1.25;
    this.flat.left = -reach * Math.max(1, aspect);
    this.flat.right = reach * Math.max(1, aspect);
    this.flat.top = reach * Math.max(1, 1 / aspect);
    this.flat.bottom = -reach * Math.max(1, 1 / aspect);
    this.perspective.updateProjectionMatrix();
    this.flat.updateProjectionMatrix();
    this.touch();
  }

  // Something moved: draw, and go on until it is still.
  touch(): void {
    this.movedAt = performance.now();
    this.ask();
  }

  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame((now) => this.draw(now));
  }

  // Draws at once and gives the picture: for export.
  snapshot(): HTMLCanvasElement {
    this.drawCloud(this.count);
    return this.canvas;
  }

  private draw(now: number): void {
    this.asked = false;
    this.advance(now);
    this.controls.autoRotate = this.spinning && this.dimensions === 3;
    this.moveOn(now);
    const moving = now - this.movedAt < SETTLE_MS;
    this.drawCloud(moving ? Math.min(this.count, MOVING_POINTS) : this.count);
    this.frame.moving = moving;
    this.onDraw();
    const goesOn = moving || this.controls.autoRotate || this.flight !== null || this.mixFrom > 0;
    this.drawnAt = goesOn ? now : 0;
    if (goesOn) this.ask();
  }

  // Turns and slows down by the clock, so that a slow machine spins as fast and is still as soon.
  private moveOn(now: number): void {
    const seconds = this.drawnAt ? Math.min(FRAME_S_MAX, (now - this.drawnAt) / 1000) : FRAME_S;
    this.controls.dampingFactor = 1 - Math.pow(1 - DAMPING, seconds / FRAME_S);
    if (this.controls.enabled) this.controls.update(seconds);
  }

  private drawCloud(points: number): void {
    const distance = this.camera.position.distanceTo(this.controls.target);
    this.uniforms.pixelRatio.value = this.renderer.getPixelRatio();
    this.uniforms.flatZoom.value = this.dimensions === 2 ? this.flat.zoom : 0;
    this.uniforms.fogRange.value.set(Math.max(0.05, distance - 0.7), distance + 1.8);
    this.geometry.setDrawRange(0, points);
    this.renderer.render(this.graph, this.camera);
    this.frame = { ...this.frame, calls: this.renderer.info.render.calls, points: this.renderer.info.render.points, number: this.frame.number + 1 };
  }

  private advance(now: number): void {
    if (this.mixFrom) {
      const share = Math.min(1, (now - this.mixFrom) / this.mixMs);
      this.uniforms.mixing.value = share * share * (3 - 2 * share);
      if (share === 1) this.mixFrom = 0;
      this.movedAt = now;
    }
    const flight = this.flight;
    if (!flight) return;
    const share = Math.min(1, (now - flight.at) / FLY_MS);
    const eased = share * share * (3 - 2 * share);
    this.controls.target.lerpVectors(flight.from, flight.to, eased);
    this.camera.position.lerpVectors(flight.eyeFrom, flight.eyeTo, eased);
    this.camera.zoom = flight.zoomFrom * Math.pow(flight.zoomTo / flight.zoomFrom, eased);
    this.camera.updateProjectionMatrix();
    this.movedAt = now;
    if (share === 1) this.flight = null;
  }
}

// How coordinates become places: the mean goes to the origin, and 98 of 100 points lie within the
// unit ball.
interface Frame {
  mean: number[];
  scale: number;
}

function frameOf(values: Float32Array, dimensions: number): Frame {
  const count = values.length / dimensions;
  const mean = [0, 0, 0];
  for (let row = 0; row < count; ++row) {
    for (let axis = 0; axis < dimensions; ++axis) mean[axis] += values[row * dimensions + axis];
  }
  for (let axis = 0; axis < 3; ++axis) mean[axis] /= Math.max(1, count);
  const stride = Math.max(1, Math.floor(count / 5000));
  const radii: number[] = [];
  for (let row = 0; row < count; row += stride) {
    let square = 0;
    for (let axis = 0; axis < dimensions; ++axis) square += (values[row * dimensions + axis] - mean[axis]) ** 2;
    radii.push(Math.sqrt(square));
  }
  radii.sort((a, b) => a - b);
  return { mean, scale: 1 / (radii[Math.floor(0.98 * (radii.length - 1))] || 1) };
}

function intoFrame(values: Float32Array, dimensions: number, { mean, scale }: Frame, to: Float32Array): void {
  for (let row = 0; row < values.length / dimensions; ++row) {
    for (let axis = 0; axis < 3; ++axis) {
      to[3 * row + axis] = axis < dimensions ? (values[row * dimensions + axis] - mean[axis]) * scale : 0;
    }
  }
}
