// The neighbourhood: our own drawing. A ring, a scale, a compass; shops as squares, posts as dots.

import { blocks, hills, river, roads, stream } from "./ground.js";
import { el, icon, svg } from "./parts.js";
import { openWord, where } from "./shops.js";
import { distance, t, tn } from "./words.js";

const KM = 111.195;
const LOWER = 0.03; // the card at the foot covers more than the names at the head
const SPANS = [24, 16, 10, 6, 3, 1.5];
const SCALES = [5, 2, 2, 1, 0.5, 0.2];

export class NearMap {
  /** @param {object} around what `/v1/page/around` told @param {boolean} demo whether the demo's ground is drawn @param {object} acts */
  constructor(around, demo, acts) {
    this.around = around;
    this.demo = demo;
    this.acts = acts;
    this.level = 1;
    this.centre = [0, 0];
    this.slots = [];
    this.picked = null;
    this.root = el("section", { class: "map", "aria-label": t("Map of your neighbourhood") });
    this.draw();
  }

  /** Take the posts of the nearby feed. */
  take(slots) {
    this.slots = slots.filter((slot) => slot.position);
    this.draw();
  }

  #at({ latitude, longitude }) {
    const from = this.around.position;
    return [(longitude - from.longitude) * KM * Math.cos((from.latitude * Math.PI) / 180), -(latitude - from.latitude) * KM];
  }

  draw() {
    const focused = document.activeElement?.dataset?.key;
    const span = SPANS[this.level];
    const box = this.root.getBoundingClientRect();
    const tall = box.width ? (span * box.height) / box.width : span * 1.3;
    const px = span / (box.width || 400);
    const [x, y] = this.centre;
    const drawn = svg("svg", { viewBox: `${x - span / 2} ${y - tall / 2 + tall * LOWER} ${span} ${tall}`, role: "group", "aria-label": t("Posts and shops around you") });
    drawn.append(...this.#ground(), this.#ring(px), ...this.#names(px), ...this.#shops(px), ...this.#posts(px), this.#you(px));
    this.#drag(drawn, px);
    this.root.replaceChildren(drawn, this.#controls(), this.#scale(span), this.#compass(), this.#card());
    if (focused) this.root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #ground() {
    if (!this.demo) return [];
    const place = this.around.places.find((one) => one.id === "place-0")?.position;
    const [east, south] = place ? this.#at(place) : [0, 0];
    const line = (points, kind) => svg("path", { class: kind, d: smooth(points.map(([a, b]) => [east + a, south - b])) });
    return [
      ...hills.flatMap(([a, b, r, q]) => [1, 0.62].map((k) => svg("ellipse", { class: "hill", cx: east + a, cy: south - b, rx: r * k, ry: q * k }))),
      line(stream, "stream"), line(river, "river"), ...roads.map((points) => line(points, "road")),
      ...blocks.map(([a, b, w, h]) => svg("rect", { class: "block", x: east + a, y: south - b - h, width: w, height: h, rx: 0.03 })),
    ];
  }

  #ring(px) {
    const r = this.around.radius_km;
    return svg("g", { "aria-hidden": "true" }, svg("circle", { class: "ring", r, "stroke-width": 2 * px }),
      svg("text", { class: "ring-word", y: -r - 8 * px, "font-size": 14 * px, "stroke-width": 3 * px, text: distance(r) }));
  }

  #names(px) {
    return this.around.places.map((place) => {
      const [x, y] = this.#at(place.position);
      return svg("text", { class: "place-name", x, y: y - 14 * px, "font-size": 14 * px, "stroke-width": 3 * px, "aria-hidden": "true", text: place.name });
    });
  }

  #spot(key, at, label, picked, draw, pick, px) {
    const spot = svg("g", { class: `spot${picked ? " picked" : ""}`, tabindex: "0", role: "button", "aria-pressed": String(picked), "aria-label": label, "data-key": key, transform: `translate(${at[0]} ${at[1]})`, onclick: pick,
      onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), event.stopPropagation(), pick()) });
    spot.append(...draw, svg("circle", { class: "focus", r: 14 * px, "stroke-width": 2 * px }));
    return spot;
  }

  #shops(px) {
    return this.around.shops.map((shop) => {
      const key = `shop-${shop.id}`, side = (this.picked === key ? 16 : 11) * px;
      return this.#spot(key, this.#at(shop.position), t("Shop {name}, {km}", { name: shop.name, km: distance(shop.distance_km) }), this.picked === key,
        [svg("rect", { class: "touch", x: -14 * px, y: -14 * px, width: 28 * px, height: 28 * px }), svg("rect", { class: "shop", x: -side / 2, y: -side / 2, width: side, height: side, "stroke-width": 1.5 * px })],
        () => this.#pick(key), px);
    });
  }

  #posts(px) {
    return this.slots.map((slot) => {
      const key = `post-${slot.receipt}-${slot.slot}`, r = (this.picked === key ? 9 : 6.5) * px;
      return this.#spot(key, this.#at(slot.position), t("Post by {author}, {km}", { author: slot.author?.name ?? "", km: slot.distance_km === null ? "" : distance(slot.distance_km) }), this.picked === key,
        [svg("circle", { class: "touch", r: 14 * px }), svg("circle", { class: `dot ${slot.domain}`, r, "stroke-width": 1.5 * px })],
        () => this.#pick(key, slot), px);
    });
  }

  #you(px) {
    return svg("g", { "aria-hidden": "true" }, svg("circle", { class: "you-halo", r: 12 * px }), svg("circle", { class: "you", r: 4 * px, "stroke-width": 2 * px }));
  }

  #pick(key, slot = null) {
    this.picked = this.picked === key ? null : key;
    if (slot && this.picked) this.acts.picked(slot);
    this.draw();
  }

  /** Bring a shop into the middle and pick it. */
  find(id) {
    const shop = this.around.shops.find((one) => one.id === id);
    if (!shop) return;
    this.picked = `shop-${id}`;
    this.centre = this.#at(shop.position).map(clamp);
    this.draw();
  }

  /** Mark the post that the feed shows. */
  mark(slot) {
    const key = slot && `post-${slot.receipt}-${slot.slot}`;
    if (this.picked === key || !this.slots.includes(slot)) return;
    this.picked = key;
    this.draw();
  }

  #card() {
    if (!this.picked) {
      const counted = (kind, text) => el("span", { class: `counted ${kind}`, text });
      return el("p", { class: "map-card hint" }, counted("shops", tn("{n} shop", "{n} shops", this.around.shops.length)), counted("posts", tn("{n} post", "{n} posts", this.slots.length)), counted("self", t("You")), t("Touch one."));
    }
    if (this.picked.startsWith("shop-")) {
      const shop = this.around.shops.find((one) => `shop-${one.id}` === this.picked);
      return el("div", { class: "map-card", role: "status" }, el("span", { class: "map-thumb shop-thumb", "aria-hidden": "true" }, icon("shop")),
        el("div", { class: "map-words" }, el("strong", { text: shop.name }), el("span", { class: "soft small", text: [...shop.categories.slice(0, 2), openWord(shop), where(shop)].join(" · ") })),
        el("button", { class: "button", type: "button", "data-key": "see-shop", text: t("See the shop"), onclick: () => this.acts.shop(shop) }));
    }
    const slot = this.slots.find((one) => `post-${one.receipt}-${one.slot}` === this.picked);
    const still = slot.media[0];
    const words = el("div", { class: "map-words" }, el("strong", { text: slot.author?.name ?? t("Somebody who has left") }), el("span", { class: "soft small clamp", text: slot.text }));
    const open = this.acts.open && el("button", { class: "button", type: "button", text: t("See it"), onclick: () => this.acts.open(slot) });
    return el("div", { class: "map-card", role: "status" }, still ? el("img", { class: "map-thumb", src: still.url, alt: "" }) : el("span", { class: "map-thumb", "aria-hidden": "true" }, icon("text")), words, open || null);
  }

  #controls() {
    const button = (name, label, by, off) => el("button", { class: "button", type: "button", "aria-label": label, "data-key": `zoom${by}`, disabled: off, onclick: () => { this.level = Math.min(SPANS.length - 1, Math.max(0, this.level + by)); this.draw(); } }, icon(name));
    const home = el("button", { class: "button", type: "button", "aria-label": t("Back to where you are"), "data-key": "home", onclick: () => { this.centre = [0, 0]; this.level = 1; this.draw(); } }, icon("target"));
    return el("div", { class: "map-controls" }, button("plus", t("Closer"), 1, this.level === SPANS.length - 1), button("minus", t("Farther"), -1, this.level === 0), home);
  }

  #scale(span) {
    const km = SCALES[this.level];
    const bar = el("span", { class: "scale-bar", "aria-hidden": "true" });
    bar.style.width = `${(100 * km) / span}%`;
    return el("div", { class: "scale" }, bar, el("span", { class: "small", text: distance(km) }));
  }

  #compass() {
    return el("div", { class: "compass", role: "img", "aria-label": t("North is up") }, icon("north"), el("span", { class: "small", "aria-hidden": "true", text: t("N") }));
  }

  #drag(drawn, px) {
    let from = null;
    drawn.addEventListener("pointerdown", (event) => (from = [event.clientX, event.clientY]));
    drawn.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      const by = [event.clientX - from[0], event.clientY - from[1]];
      if (Math.hypot(...by) < 4 && !drawn.dataset.moved) return;
      drawn.dataset.moved = "yes";
      from = [event.clientX, event.clientY];
      this.centre = [clamp(this.centre[0] - by[0] * px), clamp(this.centre[1] - by[1] * px)];
      const [, , width, height] = drawn.getAttribute("viewBox").split(" ").map(Number);
      drawn.setAttribute("viewBox", `${this.centre[0] - width / 2} ${this.centre[1] - height / 2 + height * LOWER} ${width} ${height}`);
    });
    drawn.addEventListener("click", (event) => drawn.dataset.moved && (event.stopPropagation(), delete drawn.dataset.moved), true);
  }
}

const clamp = (km) => Math.max(-14, Math.min(14, km));

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
