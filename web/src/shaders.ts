// How a point becomes pixels. One program draws dots or images; another writes row numbers.
//
// `look` holds a place of the palette and the state bits of Points (points.ts). Dimmed points
// are drawn in the far half of the depth range, so that nothing dimmed hides what is not.

export const VERTEX = `
precision highp float;
uniform mat4 modelViewMatrix;
uniform mat4 projectionMatrix;
uniform float mixing, size, pixelRatio, homeDistance, flatZoom, sizeMax;
uniform vec2 fogRange;
in vec3 position;
in vec3 before;
in vec4 look;
in float row;
out float fog, pixels;
flat out float place, pointRow;
flat out int state;

void main() {
  state = int(look.y + 0.5);
  place = look.x;
  pointRow = row;
  if ((state & 1) != 0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  vec4 seen = modelViewMatrix * vec4(mix(before, position, mixing), 1.0);
  gl_Position = projectionMatrix * seen;
  float scale = flatZoom > 0.0 ? sqrt(flatZoom) : homeDistance / max(-seen.z, 0.01);
  bool dim = (state & 2) != 0;
  bool marked = (state & 28) != 0;
  pixels = clamp(size * scale, 1.3, sizeMax) * (marked ? 1.5 : dim ? 0.75 : 1.0) + (marked ? 3.0 : 0.0);
  pixels *= pixelRatio;
  gl_PointSize = pixels;
  fog = flatZoom > 0.0 ? 0.0 : smoothstep(fogRange.x, fogRange.y, -seen.z);
  float depth = gl_Position.z / gl_Position.w;
  gl_Position.z = (dim ? 0.5 + 0.5 * depth : -0.5 + 0.5 * depth) * gl_Position.w;
}
`;

export const FRAGMENT = `
precision highp float;
precision highp sampler2DArray;
uniform sampler2D palette;
uniform sampler2DArray sheets;
uniform vec3 ground, ink;
uniform float hasImages, isColored, sheetColumns, perSheet;
uniform vec2 imageShare;
in float fog, pixels;
flat in float place, pointRow;
flat in int state;
out vec4 color;

vec4 image() {
  float sheet = floor((pointRow + 0.5) / perSheet);
  float at = pointRow - sheet * perSheet;
  float line = floor((at + 0.5) / sheetColumns);
  vec2 corner = vec2(at - line * sheetColumns, line) * imageShare;
  return texture(sheets, vec3(corner + gl_PointCoord * imageShare, sheet));
}

void main() {
  vec3 base = texture(palette, vec2((place + 0.5) / 256.0, 0.5)).rgb;
  bool dim = (state & 2) != 0;
  bool marked = (state & 28) != 0;
  float alpha = 1.0;
  if (hasImages > 0.5) {
    vec4 texel = image();
    vec2 edge = abs(gl_PointCoord - 0.5);
    bool frame = marked && max(edge.x, edge.y) > 0.5 - 2.0 / pixels;
    if (isColored > 0.5) {
      alpha = frame ? 1.0 : texel.a;
      base = frame ? ink : texel.rgb;
    } else {
      alpha = frame ? 1.0 : marked ? 1.0 : texel.r;
      base = frame ? ink : marked ? mix(ground, base, texel.r) : base;
    }
    if (alpha < 0.35) discard;
  } else {
    vec2 p = 2.0 * gl_PointCoord - 1.0;
    float radius = length(p);
    if (radius > 1.0) discard;
    alpha = 1.0 - smoothstep(1.0 - 2.5 / max(pixels, 2.5), 1.0, radius);
    if (alpha < 0.1) discard;
    float bulge = sqrt(max(0.0, 1.0 - radius * radius));
    base *= mix(1.0, 0.68 + 0.36 * bulge, clamp((pixels - 3.0) / 4.0, 0.0, 1.0));
    if (marked && radius > 0.66) base = (state & 24) == 0 || radius > 0.8 ? ink : base;
  }
  if (dim) base = mix(ground, base, 0.2);
  if (!marked) base = mix(base, ground, 0.62 * fog);
  color = vec4(base, alpha);
}
`;

export const PICK_FRAGMENT = `
precision highp float;
uniform float hasImages;
in float fog, pixels;
flat in float place, pointRow;
flat in int state;
out vec4 color;

void main() {
  vec2 p = 2.0 * gl_PointCoord - 1.0;
  if (hasImages < 0.5 && dot(p, p) > 1.0) discard;
  int id = int(pointRow + 0.5) + 1;
  color = vec4(float(id & 255), float((id >> 8) & 255), float((id >> 16) & 255), 255.0) / 255.0;
}
`;
