// The map itself: Leaflet over our own ground, the ring, the marks and the place from which one looks.

import { aloneAt, clustered, hasRoom, named, splitsAt } from "./clusters.js";
import { REACH, ground } from "./ground.js";
import { el } from "./parts.js";
import { glyphOf, rankOf } from "./things.js";
import { distance, figure, t, tn } from "./words.js";

const KM_PER_DEGREE = 111.195;
const LEAST = 10;
const MOST = 17;
const STEP = 0.5;
const PAN = 96; // pixels that an arrow key moves the map by
const HALF = 22; // pixels from a mark's middle to the edge of its target
const SCALES = [10, 5, 2, 1, 0.5, 0.2, 0.1];
const SCALE_PIXELS = 110;
const ROAD_KM = 0.11;
const ABOVE = 24; // pixels from a place's middle up to its word, as nearby.css draws it
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const point = ({ latitude, longitude }) => [latitude, longitude];

/** A layer of tiles that sets no `data:` picture where a tile is needed no more, as Leaflet's own does: the page's policy admits none. */
function tileLayer(L, address) {
  const Layer = L.TileLayer.extend({
    _abortLoading() {
      for (const [key, { coords, el: tile }] of Object.entries(this._tiles)) {
        if (coords.z === this._tileZoom || tile.complete) continue;
        tile.onload = tile.onerror = null;
        tile.removeAttribute("src");
        tile.remove();
        delete this._tiles[key];
      }
    },
    _removeTile(key) {
      this._tiles[key]?.el.removeAttribute("src");
      L.GridLayer.prototype._removeTile.call(this, key);
    },
  });
  return new Layer(address, { maxZoom: MOST, minZoom: LEAST, className: "map-tiles" });
}

export class NearMap {
  /**
   * @param {object} L Leaflet
   * @param {object} acts `pick(thing, byKey)`, `together(things, byKey)`, `moved(position)`, `wandered(position | null)`, `home()`, `close()`, `margins()`
   */
  constructor(L, acts) {
    this.L = L;
    this.acts = acts;
    this.things = [];
    this.marks = new Map();
    this.picked = null;
    this.first = null;
    this.root = el("div", { class: "map-ground", tabindex: "0", role: "application", "aria-label": t("Map of your neighbourhood. Arrow keys move it, plus and minus bring it closer or farther, 0 leads back to you.") });
    this.root.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Begin, once the root stands in the page. */
  begin(around, drawn, tiles) {
    const { L } = this;
    this.map = L.map(this.root, {
      zoomControl: false, attributionControl: false, keyboard: false, minZoom: LEAST, maxZoom: MOST, zoomSnap: STEP, zoomDelta: 1, wheelPxPerZoomLevel: 90,
      zoomAnimation: !calm.matches, fadeAnimation: !calm.matches, markerZoomAnimation: !calm.matches, inertia: !calm.matches,
    });
    this.map.createPane("names").style.zIndex = 450;
    this.map.setView(point(around.position), 12, { animate: false });
    if (tiles) {
      tileLayer(L, tiles).addTo(this.map);
      this.root.append(el("p", { class: "map-credit", text: document.body.dataset.tilesBy }));
    } else if (drawn) this.#drawGround(around);
    this.map.on("zoomend", () => this.draw());
    this.map.on("moveend", () => this.#moved());
    new ResizeObserver(() => this.resize()).observe(this.root);
    this.around(around);
  }

  /** Take what lies around anew: the ring, names of places, oneself. */
  around(around) {
    const { L } = this;
    this.here = around.position;
    this.radius = around.radius_km;
    this.fixed?.remove();
    const words = (at, name, text) => L.marker(at, { pane: "names", interactive: false, keyboard: false, icon: L.divIcon({ className: name, html: el("span", { text }), iconSize: [0, 0] }) });
    const north = around.position.latitude + around.radius_km / KM_PER_DEGREE;
    this.you = L.marker(point(around.position), { draggable: true, autoPan: true, keyboard: false, zIndexOffset: -9000, icon: L.divIcon({ className: "you", html: el("span"), iconSize: [44, 44] }) });
    this.you.on("dragend", () => this.acts.moved(positionOf(this.you.getLatLng())));
    this.places = around.places.filter((place) => place.position).map((place) => ({ place, word: words(point(place.position), "place-name", place.name) }));
    this.fixed = L.layerGroup([
      L.circle(point(around.position), { radius: around.radius_km * 1000, className: "ring", interactive: false, fill: false }),
      words([north, around.position.longitude], "ring-word", distance(around.radius_km)),
      ...this.places.map(({ word }) => word),
      this.you,
    ]).addTo(this.map);
    this.you.getElement().setAttribute("aria-hidden", "true");
    this.first = null;
    this.resize();
  }

  /** Draw these things as marks. */
  take(things) {
    this.things = things.map((thing) => ({ key: thing.key, rank: rankOf(thing), thing }));
    this.draw();
  }

  /** The map has another size, or one at last. */
  resize() {
    if (!this.map || !this.root.clientHeight) return;
    this.map.invalidateSize({ animate: false });
    if (this.first === null) this.home(false);
    else if (this.picked) this.#intoView(this.picked);
  }

  /** Show the ring around the place one looks from. */
  home(animate = !calm.matches) {
    const bounds = this.L.latLng(point(this.here)).toBounds(2000 * this.radius);
    const { left, right, top, bottom } = this.acts.margins();
    this.first = Math.max(LEAST, this.map.getBoundsZoom(bounds, false, this.L.point(left + right, top + bottom)));
    this.map.setView(this.#middle(point(this.here), this.first), this.first, { animate });
    this.draw();
  }

  /** Pick a thing, and bring its mark into view, as close as it takes for it to stand alone; `null` picks none. */
  pick(thing, { closer = false } = {}) {
    this.picked = thing;
    if (thing && closer) {
      const zoom = aloneAt(thing.key, this.things, this.#zooms(this.map.getZoom()), this.#at, leads) ?? MOST;
      if (zoom > this.map.getZoom()) this.map.setView(this.#middle(point(thing.position), zoom), zoom);
    }
    if (thing) this.#intoView(thing);
    this.draw();
  }

  /** Look at a place. */
  look(position) {
    const zoom = Math.max(this.map.getZoom(), this.first + 2);
    this.map.setView(this.#middle(point(position), zoom), zoom);
  }

  /** Let the keyboard stand on a thing's mark, or the cluster it is in. */
  focus(key) {
    const mark = [...this.marks.values()].find(({ group }) => group.marks.some((one) => one.key === key));
    (mark?.marker.getElement() ?? this.root).focus({ preventScroll: true });
  }

  /** The mark on which the keyboard stood is drawn anew: stand on what holds its thing now, and leave the view alone. */
  #refocus(key) {
    this.refocusing = true;
    this.focus(key);
    this.refocusing = false;
  }

  zoom(by) {
    this.map.setZoomAround(this.#free(), this.map.getZoom() + by);
  }

  /** The middle of what nothing covers, in pixels of the map. */
  #free() {
    const { left, right, top, bottom } = this.acts.margins();
    const { x, y } = this.map.getSize();
    return this.L.point((x + left - right) / 2, (y + top - bottom) / 2);
  }

  /** What the buttons and the scale need to know. */
  get state() {
    const zoom = this.map.getZoom();
    const { y } = this.map.getSize();
    const metres = this.map.distance(this.map.containerPointToLatLng([0, y / 2]), this.map.containerPointToLatLng([100, y / 2])) / 100;
    const km = SCALES.find((one) => (one * 1000) / metres <= SCALE_PIXELS) ?? SCALES.at(-1);
    return { closest: zoom >= MOST, farthest: zoom <= LEAST, km, pixels: (km * 1000) / metres };
  }

  /** Lay out the marks for this zoom: clusters, single marks, names where there is room. */
  draw() {
    if (!this.map || this.first === null) return;
    const zoom = this.map.getZoom();
    this.root.style.setProperty("--road", `${Math.min(12, Math.max(2, ROAD_KM / this.#kmPerPixel(zoom)))}px`);
    const groups = clustered(this.things.map((mark) => ({ ...mark, ...this.#at(mark, zoom) })));
    for (const group of groups) group.name = zoom >= this.first + 1 && leads(group) ? group.marks[0].thing.name : null;
    const names = named(groups);
    const wanted = new Map(groups.map((group) => [group.marks.map((mark) => mark.key).join(" "), group]));
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    for (const [id, { marker }] of this.marks) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.marks.delete(id);
    }
    for (const [id, group] of wanted) {
      if (!this.marks.has(id)) this.marks.set(id, { marker: this.#add(group), group });
      this.#paint(this.marks.get(id).marker, group, names.has(group));
    }
    if (focused && !this.root.contains(document.activeElement)) this.#refocus(focused);
    this.#nameplaces(zoom, groups, names);
    this.acts.drawn(this.state);
  }

  /** Show the words of places where no mark and no mark's name lies over them: half a word says nothing. */
  #nameplaces(zoom, groups, names) {
    for (const { place, word } of this.places) {
      const { x, y } = this.map.project(point(place.position), zoom);
      word.getElement().hidden = !hasRoom({ x, y: y - ABOVE, name: place.name }, groups, names);
    }
  }

  #add(group) {
    const { L } = this;
    const [{ thing, key }, ...others] = group.marks;
    const lead = leads(group);
    const html = lead ? single(thing, others.length) : several(group);
    const marker = L.marker(point(thing.position), { icon: L.divIcon({ className: `spot ${lead ? `of-${thing.kind}` : "cluster"}`, html, iconSize: [2 * HALF, 2 * HALF] }), keyboard: true, autoPanOnFocus: false, riseOnHover: true, zIndexOffset: -100 * rankOf(thing) });
    const act = (byKey) => (lead ? this.acts.pick(this.picked?.key === key && !byKey ? null : thing, byKey) : this.#open(group, byKey));
    marker.addTo(this.map).on("click", () => act(false)).on("dblclick", L.DomEvent.stop);
    const element = marker.getElement();
    element.dataset.key = key;
    element.dataset.keys = group.marks.map((mark) => mark.key).join(" ");
    element.setAttribute("aria-label", lead ? [thing.label, others.length && tn("{n} more here", "{n} more here", others.length)].filter(Boolean).join("; ") : clusterLabel(group.marks));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      act(true);
    });
    element.addEventListener("focus", () => !this.refocusing && element.matches(":focus-visible") && this.#intoView(thing));
    return marker;
  }

  /** What a thing's mark stands for besides: the others under it at this zoom. */
  beneath(key) {
    const group = [...this.marks.values()].map((mark) => mark.group).find(({ marks }) => marks[0].key === key);
    return group && leads(group) ? group.marks.map((mark) => mark.thing) : [];
  }

  #paint(marker, group, name) {
    const element = marker.getElement();
    const picked = group.marks.some((mark) => mark.key === this.picked?.key);
    element.classList.toggle("picked", picked);
    if (leads(group)) {
      element.setAttribute("aria-pressed", String(picked));
      element.querySelector(".mark-name").hidden = !name;
    }
  }

  /** Open a cluster: come so close that it falls apart, or list what lies on one spot. */
  #open(group, byKey) {
    const things = group.marks.map((mark) => mark.thing);
    const zoom = splitsAt(group.marks, this.#zooms(this.map.getZoom() + STEP), this.#at);
    if (zoom === null) {
      this.acts.together(things, byKey);
      return;
    }
    const { left, right, top, bottom } = this.acts.margins();
    const bounds = this.L.latLngBounds(things.map((thing) => point(thing.position)));
    const room = 8 * HALF; // a thing may join a mark that lies a target's width beside it
    const fitting = this.map.getBoundsZoom(bounds, false, this.L.point(left + right + room, top + bottom + room));
    const closer = Math.min(MOST, Math.max(zoom, fitting));
    if (byKey) this.map.once("zoomend", () => this.focus(things[0].key));
    this.map.setView(this.#middle(bounds.getCenter(), closer), closer);
  }

  /** Pixels of a mark at a zoom. */
  #at = (mark, zoom) => {
    const { x, y } = this.map.project(point(mark.thing.position), zoom);
    return { x, y };
  };

  #zooms(from) {
    return Array.from({ length: Math.max(0, (MOST - from) / STEP + 1) }, (_, index) => from + index * STEP);
  }

  #kmPerPixel(zoom) {
    return (40075 * Math.cos((this.here.latitude * Math.PI) / 180)) / 2 ** (zoom + 8);
  }

  /** The centre of a view in which a point lies in the middle of what nothing covers. */
  #middle(at, zoom) {
    const { left, right, top, bottom } = this.acts.margins();
    return this.map.unproject(this.map.project(at, zoom).subtract([(left - right) / 2, (top - bottom) / 2]), zoom);
  }

  #intoView(thing) {
    const { left, right, top, bottom } = this.acts.margins();
    this.map.panInside(point(thing.position), { paddingTopLeft: [left + HALF, top + HALF], paddingBottomRight: [right + HALF, bottom + HALF] });
  }

  #moved() {
    this.acts.drawn(this.state);
    const size = this.map.getSize();
    const centre = this.#free();
    const off = this.map.latLngToContainerPoint(point(this.here)).distanceTo(centre);
    this.acts.wandered(off > Math.min(size.x, size.y) / 3 ? positionOf(this.map.containerPointToLatLng(centre)) : null);
  }

  #drawGround(around) {
    const middle = around.places.find((place) => place.id === "place-0")?.position ?? around.position;
    const north = REACH / KM_PER_DEGREE;
    const east = north / Math.cos((middle.latitude * Math.PI) / 180);
    const bounds = [[middle.latitude - north, middle.longitude - east], [middle.latitude + north, middle.longitude + east]];
    this.L.svgOverlay(ground(), bounds, { pane: "tilePane", interactive: false }).addTo(this.map);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = { ArrowUp: [0, -PAN], ArrowDown: [0, PAN], ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0] }[event.key];
    if (pan) this.map.panBy(pan, { animate: !calm.matches });
    else if (event.key === "+" || event.key === "=") this.zoom(1);
    else if (event.key === "-" || event.key === "_") this.zoom(-1);
    else if (event.key === "0") this.acts.home();
    else if (event.key === "Escape") this.acts.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Whether a group is shown as its first mark: alone, or the only shop, which lies above what is no shop. */
const leads = ({ marks }) => marks.length === 1 || (marks[0].thing.kind === "shop" && marks[1].thing.kind !== "shop");

function single(thing, others) {
  return el("span", { class: "mark-inside" }, glyphOf(thing), others ? el("span", { class: "mark-more", "aria-hidden": "true", text: `+${figure(others)}` }) : null,
    el("span", { class: "mark-name", "aria-hidden": "true", text: thing.name, hidden: true }));
}

function several({ marks }) {
  const kinds = [...new Set(marks.map((mark) => mark.thing.kind))];
  return el("span", { class: "mark-inside" }, el("strong", { class: "cluster-count", text: figure(marks.length) }), el("span", { class: "cluster-kinds" }, ...kinds.map((kind) => el("span", { class: `tiny of-${kind}` }))));
}

const positionOf = ({ lat, lng }) => ({ latitude: Number(lat.toFixed(5)), longitude: Number(lng.toFixed(5)) });

function clusterLabel(marks) {
  const count = (kind) => marks.filter((mark) => mark.thing.kind === kind).length;
  const parts = [
    count("shop") && tn("{n} shop", "{n} shops", count("shop")), count("post") && tn("{n} post", "{n} posts", count("post")),
    count("room") && tn("{n} live", "{n} live", count("room")), count("person") && tn("{n} person", "{n} people", count("person")),
  ].filter(Boolean);
  return t("{n} close together: {kinds}", { n: figure(marks.length), kinds: parts.join(", ") });
}
