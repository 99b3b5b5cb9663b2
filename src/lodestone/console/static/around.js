// What lies around: a map and, beside or below it, a list of the same things with search and filters; one card for what was touched.

import { ask } from "./api.js";
import { NearMap } from "./map.js";
import { card } from "./nearby-card.js";
import { NearList } from "./nearby-list.js";
import { el, icon, say } from "./parts.js";
import { folded, isMark, matchThing, passes, personThing, postThing, rankOf, roomThing, shopThing } from "./things.js";
import { distance, inWords, t } from "./words.js";

const TYPING = 250; // milliseconds without a key before the server is asked
const AGAIN = [4, 8, 16, 32, 60]; // seconds until an outage is tried again
const EDGE = 12;
const CONTROLS = 68; // pixels that the buttons take at the map's right
const PILL = 56; // and what lies along its foot
const addresses = document.body.dataset;
const NOTHING = { words: [], kind: null, open: false, category: null, km: null };

export class Around {
  /**
   * @param {import("./session.js").Session} session
   * @param {object} acts what the page does: `open(slot)`, `picked(slot)`, `moved()`, `showMap()`, `overlay()` (pixels of the map's head that the page covers)
   */
  constructor(session, acts) {
    Object.assign(this, { session, acts, from: null, around: null, slots: [], matches: [], extra: new Map(), filter: NOTHING, shown: null, spot: null, failures: 0 });
    this.list = new NearList({ pick: (thing, byKey) => this.pick(thing, { byKey, closer: true }), filter: (part) => this.#filter(part), search: (text) => this.#search(text), open: (wide) => this.#drawer(wide ? "list" : "peek"), all: () => this.#spot(null) });
    this.ground = el("div", { class: "nearby-map" }, this.#controls(), this.#scale(), el("div", { class: "compass", role: "img", "aria-label": t("North is up") }, icon("north"), el("span", { class: "small", "aria-hidden": "true", text: t("N") })), this.#pill());
    this.note = el("div", { class: "nearby-note", role: "alert", hidden: true });
    this.elsewhere = el("div", { class: "nearby-from", hidden: true }, el("span", { class: "small", text: t("You look from another place.") }), el("button", { class: "button", type: "button", text: t("Back to my own place"), onclick: () => this.look(null) }));
    this.card = el("div", { class: "map-card", hidden: true, onkeydown: (event) => event.key === "Escape" && this.#leave(event) });
    this.frame = el("div", { class: "nearby", "data-drawer": "peek" }, this.ground, el("div", { class: "nearby-panel" }, this.note, this.elsewhere, this.card, this.list.root));
    this.root = el("section", { class: "map", "aria-label": t("Around you") }, this.frame);
    this.online = () => this.note.hidden || this.load();
    addEventListener("online", this.online);
  }

  /** Somebody else looks from now on. */
  close() {
    clearTimeout(this.timer);
    clearTimeout(this.typing);
    removeEventListener("online", this.online);
    this.root.remove();
  }

  // What is around

  /** Fetch what lies around; whatever stands already stays until the answer is there, and an outage is tried again. */
  load() {
    clearTimeout(this.timer);
    this.ready = this.#load();
    return this.ready;
  }

  async #load() {
    try {
      const [around, L] = await Promise.all([ask("GET", `/v1/page/around${this.#query()}`), leaflet()]);
      this.around = around;
      this.failures = 0;
      this.note.hidden = true;
      if (this.map) this.map.around(around);
      else this.#begin(L);
      this.paint();
    } catch (trouble) {
      this.#trouble(trouble);
    }
  }

  #begin(L) {
    this.map = new NearMap(L, {
      pick: (thing, byKey) => this.pick(thing, { byKey }), together: (things, byKey) => this.#spot(things, byKey), moved: (position) => this.look(position),
      wandered: (position) => this.#wandered(position), home: () => this.#home(), close: () => this.pick(null), margins: () => ({ left: EDGE, right: CONTROLS, top: this.acts.overlay() + EDGE, bottom: PILL }), drawn: (state) => this.#drawn(state),
    });
    this.ground.prepend(this.map.root);
    const drawn = document.body.dataset.demoCommunity === this.session.me.community;
    this.map.begin(this.around, drawn, document.body.dataset.tiles || null);
  }

  #trouble(trouble) {
    const wait = AGAIN[Math.min(this.failures++, AGAIN.length - 1)];
    const what = this.around ? t("What is around you could not be read anew") : t("The map did not come");
    this.note.replaceChildren(el("strong", { text: what }), el("span", { class: "small", text: `${inWords(trouble)} ${t("It is tried again in {n} s.", { n: wait })}` }),
      el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => this.load() }));
    this.note.hidden = false;
    this.timer = setTimeout(() => this.load(), wait * 1000);
  }

  #query(more = {}) {
    return this.session.query({ ...(this.from ?? {}), ...more });
  }

  /** Take the posts of the nearby feed. */
  take(slots) {
    this.slots = slots.filter((slot) => slot.position);
    this.paint();
  }

  /** Look from another place: the map, its list and the nearby feed; `null` leads back. */
  look(position) {
    this.from = position;
    this.elsewhere.hidden = position === null;
    this.pick(null);
    this.#wandered(null);
    say(position ? t("You look from another place.") : t("Back at your own place"));
    this.acts.moved();
    return this.load();
  }

  // What is shown of it

  #things() {
    const { shops, rooms, people } = this.around ?? { shops: [], rooms: [], people: [] };
    const all = [...shops.map(shopThing), ...rooms.map(roomThing), ...people.map(personThing), ...this.slots.map(postThing), ...this.extra.values(), ...this.matches];
    return [...new Map(all.reverse().map((thing) => [thing.key, thing])).values()];
  }

  /** Draw map and list anew. */
  paint() {
    const things = this.#things();
    const passing = things.filter((thing) => passes(thing, this.filter)).sort((a, b) => (a.km ?? Infinity) - (b.km ?? Infinity) || rankOf(a) - rankOf(b) || (a.key < b.key ? -1 : 1));
    const sellers = passing.filter((thing) => thing.kind === "product").map((thing) => shopThing(thing.shop));
    const marks = new Map([...passing.filter(isMark), ...sellers].map((thing) => [thing.key, thing]));
    if (this.shown && isMark(this.shown)) marks.set(this.shown.key, this.shown);
    this.map?.take([...marks.values()]);
    this.list.paint(this.spot ?? passing, things, this.filter, { waiting: !this.around, spot: Boolean(this.spot) });
  }

  #filter(part) {
    this.filter = { ...this.filter, ...part };
    this.spot = null;
    this.paint();
  }

  #search(text) {
    this.text = text;
    this.matches = [];
    clearTimeout(this.typing);
    this.#filter({ words: folded(text).split(/\s+/).filter(Boolean) });
    this.list.state("");
    if (this.filter.words.length) this.typing = setTimeout(() => this.#ask(text), TYPING);
  }

  async #ask(text) {
    this.list.state(t("Searching"));
    try {
      const { data } = await ask("GET", `/v1/page/places${this.#query({ query: text })}`);
      if (text !== this.text) return;
      this.matches = data.map(matchThing);
      this.list.state("");
      this.paint();
    } catch (trouble) {
      if (text === this.text) this.list.state(`${t("The search did not come; here is what the map holds.")} ${inWords(trouble)}`, () => this.#ask(text));
    }
  }

  /** List what lies on one spot, so that each of it can be opened. */
  #spot(things, byKey = false) {
    this.spot = things;
    this.pick(null);
    this.paint();
    if (!things) return;
    this.#drawer("list");
    say(t("{n} on one spot; the list shows them", { n: things.length }));
    if (byKey) this.list.focus();
  }

  // One thing

  /** Pick a thing: its mark stands out, its card says what it is; `null` picks none. */
  pick(thing, { byKey = false, closer = false } = {}) {
    this.shown = thing;
    this.card.hidden = thing === null;
    this.#drawer(thing ? "card" : this.spot ? "list" : "peek");
    if (!thing) {
      this.card.replaceChildren();
      this.map?.pick(null);
      return;
    }
    if (thing.kind === "post") this.acts.picked(thing.slot);
    if (closer) this.paint();
    if (thing.kind === "place") this.map?.look(thing.position);
    else this.map?.pick(thing.onMap ? shopThing(thing.shop) : thing, { closer });
    const others = this.map?.beneath(thing.key) ?? [];
    this.card.replaceChildren(...card(thing, { open: this.acts.open, close: () => this.#leave(), from: (position) => this.look(position), others: others.length - 1, list: (byKeys) => this.#spot(others, byKeys) }));
    say([thing.name, ...thing.facts, thing.km === null ? "" : distance(thing.km)].filter(Boolean).join(", "));
    if (byKey) this.card.querySelector(".map-acts button")?.focus();
  }

  #leave(event = null) {
    event?.stopPropagation();
    const key = this.shown?.onMap ?? this.shown?.key;
    this.pick(null);
    if (key) this.map?.focus(key);
  }

  /** Pick a shop, wherever it lies. */
  async find(id) {
    this.acts.showMap();
    await this.ready;
    let thing = this.#things().find((other) => other.key === `shop-${id}`);
    if (!thing) {
      thing = shopThing((await ask("GET", `/v1/page/shops/${encodeURIComponent(id)}${this.#query()}`)).shop);
      this.extra.set(thing.key, thing);
    }
    this.pick(thing, { closer: true });
  }

  /** Show the whole neighbourhood, and nothing picked. */
  #home() {
    this.spot = null;
    this.pick(null);
    this.paint();
    this.map?.resize();
    this.map?.home();
  }

  /** Mark the post that the feed shows. */
  mark(slot) {
    if (!this.map || this.shown?.slot === slot || !this.slots.includes(slot)) return;
    this.map.pick(postThing(slot));
  }

  /** The room for the map is another one. */
  draw() {
    this.map?.resize();
  }

  // What lies on the map

  #drawer(state) {
    this.frame.dataset.drawer = state;
    this.list.opened(state === "list");
  }

  #controls() {
    const button = (name, label, work) => el("button", { class: "button", type: "button", "aria-label": label, title: label, onclick: work }, icon(name));
    this.closer = button("plus", t("Closer"), () => this.map?.zoom(1));
    this.farther = button("minus", t("Farther"), () => this.map?.zoom(-1));
    return el("div", { class: "map-controls" }, this.closer, this.farther, button("target", t("Back to where you are"), () => this.#home()));
  }

  #scale() {
    this.bar = el("span", { class: "scale-bar", "aria-hidden": "true" });
    this.length = el("span", { class: "small" });
    return el("div", { class: "scale" }, this.bar, this.length);
  }

  #drawn({ closest, farthest, km, pixels }) {
    this.closer.disabled = closest;
    this.farther.disabled = farthest;
    this.bar.style.width = `${pixels}px`;
    this.length.textContent = distance(km);
  }

  #pill() {
    this.pill = el("button", { class: "button map-pill", type: "button", hidden: true, text: t("Look from here"), onclick: () => this.look(this.middle) });
    return this.pill;
  }

  #wandered(position) {
    this.middle = position;
    this.pill.hidden = position === null;
  }
}

let loading = null;

/** Return Leaflet's namespace: it is fetched once somebody opens the map. A fetch that failed is tried anew by the next call. */
function leaflet() {
  loading ??= Promise.all([style(addresses.leafletStyle), script(addresses.leaflet)]).then(() => window.L);
  loading.catch(() => (loading = null));
  return loading;
}

function script(address) {
  return arrival(Object.assign(document.createElement("script"), { src: address }), (element) => document.head.append(element));
}

/** Put Leaflet's style before the page's own, which has the last word. */
function style(address) {
  return arrival(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }), (element) => document.head.prepend(element));
}

function arrival(element, place) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => {
      element.remove();
      reject(new Error(`no ${element.src ?? element.href}`));
    });
    place(element);
  });
}
