// The ground of the demo's county town, in kilometres east and north of its middle: a river, roads, blocks, hills.
// A real place has none of this; its map is the ring, a scale and a compass on plain ground.

import { svg } from "./parts.js";

export const REACH = 24; // kilometres from the middle to each edge of the drawing
const river = [[5.6, 19], [3.6, 13], [2.9, 8.2], [1.7, 4.6], [1.15, 1.6], [1.3, -0.8], [0.5, -3.4], [-1.1, -6.6], [-3.6, -9.4], [-6.9, -12.2], [-12.6, -17.2], [-16, -20]];
const stream = [[-12, 11], [-7.6, 8.4], [-3.8, 5.6], [-1, 4.4], [1.7, 4.6]];
const roads = [
  [[-20, -0.2], [-8.6, -2.2], [-5, -1.2], [-2.1, -0.6], [0, 0], [2.4, 0.9], [6.2, 2], [20, 4.6]],
  [[0, 0], [0.5, 1.6], [0.8, 3.2], [1.4, 7], [0.9, 12], [1.6, 20]],
  [[0, 0], [0.3, -2.2], [1.2, -4.8], [2.6, -9], [2.2, -20]],
  [[-2.1, -0.6], [-2.6, 2.4], [-3.6, 6.9], [-6, 12]],
  [[2.4, 0.9], [5.4, 6.2], [9.1, 13.8]],
  [[-8.6, -2.2], [-9.2, -7.6], [-10.4, -14.5]],
  [[-2.1, -0.6], [0.3, -2.2], [2.4, 0.9], [0.8, 3.2], [-2.6, 2.4], [-2.1, -0.6]],
];
const quarters = [[0, 0, 6, 5], [-2.1, -0.6, 5, 4], [2.4, 0.9, 5, 4], [0.8, 3.2, 4, 4], [1.2, -4.8, 3, 3], [-3.6, 6.9, 3, 3], [-8.6, -2.2, 3, 2], [9.1, 13.8, 2, 2], [-10.4, -14.5, 2, 2]];
const hills = [[-6, 3.6, 2.6, 1.5], [6.6, -3.4, 3, 1.8], [-5.6, -6.6, 2.2, 1.4], [6.4, 7.4, 2.4, 1.3], [-8, 8, 2.2, 1.2], [5.4, -8, 1.8, 1.1]];

/** Blocks of houses: rectangles of [east, north, width, height], the same every time. */
const blocks = quarters.flatMap(([east, north, across, down]) => {
  const rectangles = [];
  for (let x = 0; x < across; x += 1) {
    for (let y = 0; y < down; y += 1) {
      const wave = Math.abs(Math.sin(east * 12.9 + x * 78.2 + y * 37.7));
      if (wave < 0.16) continue;
      rectangles.push([east + (x - across / 2) * 0.4 + 0.05, north + (y - down / 2) * 0.36 + 0.05, 0.2 + 0.12 * wave, 0.18 + 0.1 * (1 - wave)]);
    }
  }
  return rectangles;
});

/** Draw the ground: an SVG whose unit is a kilometre, the town's middle at 0 0, north up. */
export function ground() {
  const line = (points, kind) => svg("path", { class: kind, d: smooth(points.map(([east, north]) => [east, -north])) });
  return svg("svg", { class: "ground", viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...hills.flatMap(([east, north, across, down]) => [1, 0.62].map((part) => svg("ellipse", { class: "hill", cx: east, cy: -north, rx: across * part, ry: down * part }))),
    line(stream, "stream"), line(river, "river"), ...roads.map((points) => line(points, "road")),
    ...blocks.map(([east, north, width, height]) => svg("rect", { class: "block", x: east, y: -north - height, width, height, rx: 0.03 })));
}

/** A line that runs smoothly through points. */
function smooth(points) {
  const [first, ...rest] = points;
  let path = `M${first[0]} ${first[1]}`;
  rest.forEach(([x, y], index) => {
    const next = rest[index + 1];
    if (next) path += ` Q${x} ${y} ${(x + next[0]) / 2} ${(y + next[1]) / 2}`;
    else path += ` L${x} ${y}`;
  });
  return path;
}
