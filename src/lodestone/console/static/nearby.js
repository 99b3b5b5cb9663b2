// The map beside the Nearby feed: where it stands, when it lies over the feed, what a touch on it opens.

import { el, note } from "./parts.js";
import { inWords, t } from "./words.js";

const $ = (id) => document.getElementById(id);

/** Whether there is room for the map beside the feed. */
export const wide = () => matchMedia("(min-width: 1000px)").matches;

export class Nearby {
  #session;
  #acts;
  #map = null;
  #expected = false; // on its way counts as there

  /**
   * @param {import("./session.js").Session} session
   * @param {object} acts `seeing(slot)` goes to a post of the feed, `turned()` is called when map and feed change places, `moved()` when one looks from another place
   */
  constructor(session, acts) {
    this.#session = session;
    this.#acts = acts;
  }

  /** Whether the map lies over the feed. */
  get covers() {
    return this.#expected && !wide() && $("stage").dataset.on === "nearby" && $("stage").dataset.view === "map";
  }

  /** From where the nearby feed is asked for, and explained: the place one looks from, else this device's. */
  get standpoint() {
    return ($("stage").dataset.on === "nearby" ? this.#map?.from : null) ?? this.#session.position ?? undefined;
  }

  /** Bring the map up, as it was before; it is fetched when it is wanted first. */
  async show() {
    this.#expected = true;
    try {
      const { Around } = await import("./around.js");
      if (!this.#expected) return;
      if (!this.#map) {
        this.#map = new Around(this.#session, { open: (slot) => this.#see(slot), picked: (slot) => wide() && this.#see(slot), moved: () => this.#acts.moved(), showMap: () => this.turn("map"), overlay });
        this.place();
        this.#map.load();
      } else this.place();
    } catch {
      const again = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => this.show() });
      $(wide() ? "map-desk" : "map-phone").replaceChildren(note(t("The map did not come"), inWords({ kind: "offline" }), again));
    }
  }

  /** Put the map where there is room for it. */
  place() {
    if (!this.#map) return;
    const holder = wide() ? $("map-desk") : $("map-phone");
    if (this.#map.root.parentNode !== holder) holder.replaceChildren(this.#map.root);
    this.#map.draw();
    this.#acts.turned();
  }

  /** What chooses between map and posts, for the row above. */
  chips() {
    const chip = (name, text) => el("button", { class: "chip", type: "button", "aria-pressed": String($("stage").dataset.view === name), text, onclick: () => this.turn(name) });
    return [el("div", { class: "chips only-phone", role: "group", "aria-label": t("Nearby") }, chip("map", t("Map")), chip("posts", t("Posts"))), el("p", { class: "strip-name only-desk", text: this.#session.me.place ?? "" })];
  }

  /** Let the map lie over the feed, or the feed be seen. */
  turn(name) {
    $("stage").dataset.view = name;
    this.#map?.draw();
    this.#acts.turned();
  }

  take(slots) {
    this.#map?.take(slots);
  }

  mark(slot) {
    this.#map?.mark(slot);
  }

  /** Bring a shop into the middle. */
  find(shop) {
    return this.#map?.find(shop);
  }

  clear() {
    this.#map?.close();
    this.#map = null;
    this.#expected = false;
    $("map-phone").replaceChildren();
    $("map-desk").replaceChildren();
  }

  #see(slot) {
    this.turn("posts");
    this.#acts.seeing(slot);
  }
}

/** Pixels of the map's head that the page covers. */
function overlay() {
  return wide() ? 0 : $("strip").getBoundingClientRect().bottom - $("stage").getBoundingClientRect().top;
}
