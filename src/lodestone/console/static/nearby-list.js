// The list beside the map: a search, filters whose signs are the map's legend, and everything that passes them.

import { el, icon } from "./parts.js";
import { glyph, glyphOf } from "./things.js";
import { distance, figure, t, tn } from "./words.js";

const STEP = 40; // rows that are shown at a time
const QUERY_MAX = 64;
const NEAR = [1, 2, 5];
const KINDS = { shop: () => t("Shops"), post: () => t("Posts"), room: () => t("Live"), person: () => t("People at home") };

export class NearList {
  /** @param {object} acts `pick(thing, byKey)`, `filter(part)`, `search(text)`, `open(whole)`, `all()` */
  constructor(acts) {
    this.acts = acts;
    this.limit = STEP;
    this.search = el("input", { class: "input", id: "nearby-search", type: "search", maxlength: QUERY_MAX, autocomplete: "off", enterkeyhint: "search", placeholder: t("Shops, places, goods, people"), oninput: () => this.#typed(), onfocus: () => this.acts.open(true) });
    this.toggle = el("button", { class: "button drawer-toggle", type: "button", "aria-expanded": "false", "aria-controls": "nearby-rows", onclick: () => this.acts.open(this.toggle.getAttribute("aria-expanded") !== "true") });
    this.kinds = el("div", { class: "chips nearby-kinds", role: "group", "aria-label": t("What is shown") });
    this.filters = el("div", { class: "nearby-filters", role: "group", "aria-label": t("Filters") });
    this.count = el("p", { class: "soft small", role: "status" });
    this.status = el("div", { class: "nearby-status small", role: "status", hidden: true });
    this.rows = el("ul", { class: "choices" });
    this.more = el("button", { class: "button", type: "button", text: t("Show more"), hidden: true, onclick: () => this.#more() });
    this.whole = el("button", { class: "button", type: "button", text: t("Show everything again"), hidden: true, onclick: () => this.acts.all() });
    this.root = el("div", { class: "nearby-list" },
      el("div", { class: "nearby-find" }, el("label", { class: "spoken", for: "nearby-search", text: t("Search around you") }), this.search, this.toggle),
      this.kinds, el("div", { class: "nearby-rows", id: "nearby-rows", tabindex: "0", role: "region", "aria-label": t("List of what is around you") }, this.filters, this.status, el("div", { class: "row between" }, this.count, this.whole), this.rows, this.more, legend()));
    this.opened(false);
  }

  #typed() {
    this.limit = STEP;
    this.acts.search(this.search.value);
  }

  #more() {
    const next = this.limit;
    this.limit += STEP;
    this.#fill();
    this.rows.children[next]?.querySelector("button")?.focus();
  }

  /** Say whether the whole list is open, on a phone. */
  opened(whole) {
    this.toggle.setAttribute("aria-expanded", String(whole));
    this.toggle.replaceChildren(icon(whole ? "down" : "up"), el("span", { class: "spoken", text: whole ? t("Close the list") : t("Open the list") }));
  }

  /** Say how the search goes; `again` offers to try it anew. */
  state(text, again = null) {
    this.status.hidden = !text;
    this.status.replaceChildren(el("span", { text }), ...(again ? [el("button", { class: "button", type: "button", text: t("Try again"), onclick: again })] : []));
  }

  /** Let the keyboard stand on the first row. */
  focus() {
    this.rows.querySelector("button")?.focus();
  }

  /**
   * Show rows.
   * @param {object[]} shown the things that pass, the nearest first
   * @param {object[]} all everything there is, for counts and categories
   * @param {object} filter what is asked
   * @param {object} state `waiting` for the first answer; `spot`: these lie on one spot
   */
  paint(shown, all, filter, { waiting, spot }) {
    this.shown = shown;
    this.#paintKinds(all, filter);
    this.#paintFilters(all, filter);
    const none = filter.words.length || filter.kind || filter.open || filter.category || filter.km ? t("Nothing here fits. Other words or fewer filters show more.") : t("Nothing is around here yet.");
    this.count.textContent = waiting ? t("Fetching what is around you") : spot ? tn("{n} on this spot", "{n} on this spot", shown.length) : shown.length ? tn("{n} around you, the nearest first", "{n} around you, the nearest first", shown.length) : none;
    this.whole.hidden = !spot;
    this.#fill();
  }

  #fill() {
    const focused = this.rows.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.rows.replaceChildren(...this.shown.slice(0, this.limit).map((thing) => el("li", {}, row(thing, this.acts))));
    this.more.hidden = this.shown.length <= this.limit;
    if (focused) this.rows.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #paintKinds(all, filter) {
    const chip = (kind) => {
      const many = all.filter((thing) => thing.kind === kind).length;
      if (!many && filter.kind !== kind) return null;
      return el("button", { class: "chip", type: "button", "data-kind": kind, "aria-pressed": String(filter.kind === kind), onclick: () => this.acts.filter({ kind: filter.kind === kind ? null : kind }) }, glyph(kind, kind === "post" ? "middle" : null), `${KINDS[kind]()} ${figure(many)}`);
    };
    refill(this.kinds, Object.keys(KINDS).map(chip).filter(Boolean), "kind");
  }

  #paintFilters(all, filter) {
    const categories = [...new Set(all.flatMap((thing) => thing.categories ?? []))].sort();
    const open = el("button", { class: "chip", type: "button", "data-filter": "open", "aria-pressed": String(filter.open), text: t("Open now"), onclick: () => this.acts.filter({ open: !filter.open }) });
    const sort = categories.length > 1 || filter.category ? choice("category", t("Kind of shop"), [["", t("Every kind")], ...categories.map((name) => [name, name])], filter.category ?? "", (value) => this.acts.filter({ category: value || null })) : null;
    const near = choice("km", t("How far"), [["", t("Any distance")], ...NEAR.map((km) => [String(km), t("Within {km}", { km: distance(km) })])], String(filter.km ?? ""), (value) => this.acts.filter({ km: Number(value) || null }));
    refill(this.filters, [open, sort, near].filter(Boolean), "filter");
  }
}

/** Replace a row of controls and leave the keyboard where it stood. */
function refill(holder, parts, name) {
  const focused = holder.contains(document.activeElement) ? document.activeElement.dataset[name] : null;
  holder.replaceChildren(...parts);
  if (focused) holder.querySelector(`[data-${name}="${focused}"]`)?.focus();
}

function choice(name, label, options, value, change) {
  const made = el("select", { class: "select", "data-filter": name, "aria-label": label, onchange: () => change(made.value) }, ...options.map(([key, text]) => el("option", { value: key, text })));
  made.value = value;
  return made;
}

function row(thing, acts) {
  const km = thing.km === null ? "" : distance(thing.km);
  return el("button", { class: "choice", type: "button", "data-key": thing.key, onclick: (event) => acts.pick(thing, event.detail === 0) },
    glyphOf(thing), el("span", { class: "person-words" }, el("strong", { text: thing.name }), el("span", { class: "soft small clamp", text: thing.facts.filter(Boolean).join(" · ") })), el("span", { class: "soft small figures", text: km }));
}

function legend() {
  const line = (sign, text) => el("li", {}, sign, el("span", { text }));
  return el("details", { class: "figures-all" }, el("summary", { text: t("What the signs mean") }), el("ul", { class: "map-legend small" },
    line(glyph("shop"), t("A shop")), line(glyph("room"), t("Live now")), line(glyph("person"), t("Somebody at home, who agreed to be shown")),
    line(glyph("post", "public"), t("A post for everyone")), line(glyph("post", "middle"), t("A post from nearby, a channel or a trade")), line(glyph("post", "private"), t("A post from somebody you follow")),
    line(el("span", { class: "glyph self", "aria-hidden": "true" }), t("You; drag it to look from another place")), line(el("span", { class: "glyph circle", "aria-hidden": "true" }), t("As far as the neighbourhood reaches"))));
}
