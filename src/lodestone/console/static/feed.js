// One feed of full-height posts: asks for pages, draws them, knows which one is looked at.

import { ask, now } from "./api.js";
import { card } from "./buying.js";
import { el, icon, note } from "./parts.js";
import { picture } from "./picture.js";
import { ago, distance, figure, t, tn } from "./words.js";

const AHEAD = 3;
const NOTICES = {
  sensitive: () => t("Sensitive"), violence: () => t("Violence"), spoiler: () => t("Spoiler"),
  disputed: () => t("Disputed"), outdated: () => t("Outdated"), advertising: () => t("Advertising"),
};
const MARKS = { public: () => t("Everyone"), middle: () => t("Nearby and shared"), private: () => t("You follow") };

export class Feed {
  /**
   * @param {object} asked surface and domain_id, as the engine takes them
   * @param {object} acts what a post's buttons do, and `current(slot)`
   * @param {object} held likes, follows and answers that this page has changed
   * @param {Promise<object> | null} first the first page, where it is on its way already
   */
  constructor(asked, acts, held, first = null) {
    this.first = first;
    this.asked = asked;
    this.acts = acts;
    this.held = held;
    this.slots = [];
    this.cursor = undefined;
    this.index = 0;
    this.loading = null;
    this.root = el("div", { class: "feed", role: "feed", tabindex: "0", "aria-label": acts.label(asked), "aria-busy": "true" });
    this.seer = new IntersectionObserver((entries) => this.#seen(entries), { root: this.root, threshold: 0.6 });
  }

  /** Fetch the first page, or the next one. */
  async more() {
    if (this.loading || this.cursor === null) return this.loading;
    this.loading = this.#fetch().finally(() => (this.loading = null));
    return this.loading;
  }

  async #fetch() {
    this.root.setAttribute("aria-busy", "true");
    this.tail?.remove();
    if (!this.slots.length) this.root.append((this.tail = el("article", { class: "post waiting", "aria-label": t("The feed is coming") })));
    try {
      const coming = this.first ?? firstPage(this.asked, this.acts.position(), this.cursor);
      this.first = null;
      const page = await coming;
      this.tail?.remove();
      this.cursor = page.next_cursor;
      for (const slot of page.slots) if (slot.item_id !== this.passed) this.#add({ ...slot, receipt: page.receipt_id });
      this.acts.arrived(page);
      if (this.cursor === null) this.#end();
    } catch (trouble) {
      this.tail?.remove();
      this.#trouble(trouble);
    }
    this.root.setAttribute("aria-busy", "false");
    if (this.current) this.#ready(this.slots.indexOf(this.current));
    else if (this.slots.length) this.#be(0);
  }

  get current() {
    return this.shown ?? null;
  }

  /** Let nothing move while nobody looks; `go` lets the post that is shown move again. */
  rest(go = false) {
    if (go && !this.shown?.paused) this.shown?.play?.(true);
    if (!go) this.shown?.rest?.();
  }

  #add(slot) {
    slot.article = this.#post(slot);
    this.slots.push(slot);
    this.root.append(slot.article);
    this.seer.observe(slot.article);
  }

  /** Put a post first that somebody passed on; the feed follows it. */
  begin(slot) {
    this.passed = slot.item_id;
    this.#add({ ...slot, receipt: `link-${now().toString(36)}` });
  }

  #end() {
    const again = el("button", { class: "button main", type: "button", text: t("Look again"), onclick: () => this.restart() });
    const empty = this.slots.length ? [t("That is all for now"), t("New posts come as people make them.")] : this.acts.empty(this.asked);
    this.tail = el("article", { class: "post end", tabindex: "-1" }, note(empty[0], empty[1], empty[2] ?? again));
    this.root.append(this.tail);
    this.seer.observe(this.tail);
  }

  #trouble(trouble) {
    const again = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => this.more() });
    this.tail = el("article", { class: "post end", tabindex: "-1" }, el("div", { role: "alert" }, note(t("The feed did not come"), this.acts.trouble(trouble), again)));
    this.root.append(this.tail);
  }

  /** Begin anew. */
  restart() {
    this.seer.disconnect();
    this.root.replaceChildren();
    this.slots = [];
    this.shown = null;
    this.cursor = undefined;
    this.root.scrollTop = 0;
    return this.more();
  }

  #seen(entries) {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      const at = this.slots.findIndex((slot) => slot.article === entry.target);
      if (at >= 0) this.#be(at);
      else this.#nothing();
    }
  }

  #nothing() {
    this.rest();
    this.shown = null;
    this.acts.current(null);
  }

  #be(at) {
    this.index = at;
    this.shown = this.slots[at];
    this.#ready(at);
    this.acts.current(this.shown);
    if (at >= this.slots.length - AHEAD) this.more();
  }

  /** Let only the post that is shown be reached and move, and fetch the pictures of those beside it. */
  #ready(at) {
    this.slots.forEach((slot, index) => {
      slot.article.inert = index !== at;
      slot.article.classList.toggle("playing", index === at && !slot.paused);
      if (index !== at) slot.rest?.();
      else if (!slot.paused && !this.root.closest("[inert]")) slot.play?.(true);
      slot.article.querySelectorAll("img[data-src]").forEach((img) => {
        if (Math.abs(index - at) > 2) return;
        img.src = img.dataset.src;
        delete img.dataset.src;
      });
    });
  }

  /** Go by so many posts. */
  go(by) {
    const parts = [...this.root.children];
    const from = this.shown ? parts.indexOf(this.shown.article) : parts.length - 1;
    const to = parts[Math.min(parts.length - 1, Math.max(0, from + by))];
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    to?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  /** Go to one slot at once. */
  show(slot) {
    slot.article.scrollIntoView({ block: "start", behavior: "auto" });
    this.#be(this.slots.indexOf(slot));
  }

  /** Take a post away, because the viewer wants it no more; returns what brings it back. */
  drop(slot) {
    const at = this.slots.indexOf(slot);
    this.seer.unobserve(slot.article);
    slot.rest?.();
    slot.article.remove();
    this.slots.splice(at, 1);
    if (this.slots.length) this.#be(Math.min(at, this.slots.length - 1));
    else this.restart();
    return () => this.#bring(slot, at);
  }

  #bring(slot, at) {
    this.slots.splice(at, 0, slot);
    const next = this.slots[this.slots.indexOf(slot) + 1]?.article ?? this.tail;
    this.root.insertBefore(slot.article, next?.parentNode === this.root ? next : null);
    this.seer.observe(slot.article);
    this.show(slot);
  }

  #post(slot) {
    const id = `${slot.receipt}-${slot.slot}`;
    return el("article", { class: `post kind-${slot.kind}`, "aria-labelledby": `${id}-by`, "aria-describedby": `${id}-text`, "data-item": slot.item_id, "data-author": slot.author?.id },
      picture(slot, this.acts), this.#rail(slot), this.#foot(slot, id));
  }

  #rail(slot) {
    const liked = this.held.likes.get(slot.item_id) ?? slot.liked;
    const like = el("button", { class: "rail-button like", type: "button", "aria-pressed": String(liked), onclick: () => this.acts.like(slot) },
      icon("heart", 32), el("span", { class: "rail-word" }));
    slot.paintLike = () => {
      const on = this.held.likes.get(slot.item_id) ?? slot.liked;
      const count = slot.likes + (on === slot.liked ? 0 : on ? 1 : -1);
      like.setAttribute("aria-pressed", String(on));
      like.setAttribute("aria-label", t("Like, {n} so far", { n: figure(count) }));
      like.lastChild.textContent = count ? figure(count) : t("Like");
    };
    slot.paintLike();
    return el("div", { class: "rail" }, like, this.#answer(slot), this.#share(slot),
      el("button", { class: "rail-button", type: "button", onclick: () => this.acts.why(slot) }, icon("why", 32), el("span", { class: "rail-word", text: t("Why this?") })),
      el("button", { class: "rail-button", type: "button", "aria-haspopup": "dialog", onclick: () => this.acts.more(slot) }, icon("more", 32), el("span", { class: "rail-word", text: t("More") })),
      el("button", { class: "rail-button next", type: "button", onclick: () => this.go(1) }, icon("down", 32), el("span", { class: "rail-word", text: t("Next") })));
  }

  #answer(slot) {
    const button = el("button", { class: "rail-button", type: "button", onclick: () => this.acts.answer(slot) }, icon("answer", 32), el("span", { class: "rail-word" }));
    slot.paintAnswer = () => {
      const on = Boolean(this.held.answered.get(slot.item_id));
      button.setAttribute("aria-pressed", String(on));
      counted(button, slot.comments + (on ? 1 : 0), t("Answer"), t("Answer, {n} so far", { n: figure(slot.comments + (on ? 1 : 0)) }));
    };
    slot.paintAnswer();
    return button;
  }

  #share(slot) {
    const button = el("button", { class: "rail-button", type: "button", onclick: () => this.acts.share(slot) }, icon("share", 32), el("span", { class: "rail-word" }));
    slot.paintShare = () => {
      const count = slot.shares + (slot.passed ? 1 : 0);
      counted(button, count, t("Pass on"), t("Pass it on, {n} so far", { n: figure(count) }));
    };
    slot.paintShare();
    return button;
  }

  #foot(slot, id) {
    return el("div", { class: "foot" },
      el("div", { class: "row" }, el("h2", { class: "author", id: `${id}-by`, text: slot.author?.name ?? t("Somebody who has left") }), this.#follow(slot)),
      this.#text(slot, id), card(slot, this.acts), this.#facts(slot));
  }

  #follow(slot) {
    if (!slot.author || slot.author.id === this.acts.viewer()) return null;
    const button = el("button", { class: "follow", type: "button", onclick: () => this.acts.follow(slot) });
    slot.paintFollow = () => {
      const on = this.held.follows.get(slot.author.id) ?? slot.author.followed;
      button.setAttribute("aria-pressed", String(on));
      button.textContent = on ? t("Followed") : t("Follow");
      button.setAttribute("aria-label", on ? t("Following {name}", { name: slot.author.name }) : t("Follow {name}", { name: slot.author.name }));
    };
    slot.paintFollow();
    return button;
  }

  #text(slot, id) {
    const text = el("p", { class: "caption", id: `${id}-text`, lang: slot.language, text: slot.text });
    if (slot.text.length < 60) return text;
    const button = el("button", { class: "expand", type: "button", "aria-expanded": "false", text: t("Read all"), onclick: () => {
      const open = text.classList.toggle("whole");
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? t("Less") : t("Read all");
      if (open) this.acts.opened(slot);
    } });
    return el("div", {}, text, button);
  }

  #facts(slot) {
    const parts = [];
    if (slot.paid) parts.push(el("span", { class: "ad", text: t("Ad") }));
    if (slot.label === "warn") parts.push(el("span", { class: "ad", text: t("Take care") }));
    if (slot.pinned) parts.push(el("span", { class: "ad", text: t("Pinned") }));
    if (slot.notice) parts.push(el("span", { class: "ad", text: NOTICES[slot.notice]?.() ?? slot.notice }));
    parts.push(slot.beacon ? el("span", { class: `mark ${slot.domain}`, text: this.#mark(slot) }) : el("span", { class: "fact" }, icon("share", 16), t("Passed on to you")));
    if (slot.distance_km !== null) parts.push(el("span", { class: "fact" }, icon("pin", 16), `${slot.place ? `${slot.place} ` : ""}${distance(slot.distance_km)}`));
    else if (slot.place) parts.push(el("span", { class: "fact" }, icon("pin", 16), slot.place));
    parts.push(el("span", { class: "fact", text: ago(Date.parse(slot.created_at), now()) }));
    if (slot.kind === "live") parts.push(el("span", { class: "ad", text: t("Live") }));
    return el("p", { class: "facts" }, ...parts);
  }

  #mark(slot) {
    if (slot.domain !== "middle") return MARKS[slot.domain]();
    return slot.domain_kind === "place" ? t("Neighbourhood") : slot.domain_name ?? MARKS.middle();
  }
}

/** Ask for a page of a feed. */
export const firstPage = (asked, position, cursor) => ask("POST", "/v1/page/feed", { ...asked, position, cursor });

/** Write a count under a button, its name where nobody has done it yet. */
function counted(button, count, name, spokenName) {
  button.lastChild.textContent = count ? figure(count) : name;
  button.setAttribute("aria-label", spokenName);
}

/** Say where a slot stands, for those who listen. */
export function spoken(slot, at) {
  const by = slot.author?.name ?? t("Somebody who has left");
  const near = slot.distance_km === null ? "" : ` ${distance(slot.distance_km)}.`;
  return `${t("Post {n}", { n: at + 1 })}: ${by}. ${slot.text}${near} ${tn("{n} like", "{n} likes", slot.likes)}`;
}
