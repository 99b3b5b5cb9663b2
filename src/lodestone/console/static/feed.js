// One feed of full-height posts: asks for pages, draws them, knows which one is looked at.

import { ask, now } from "./api.js";
import { card } from "./buying.js";
import { caption } from "./caption.js";
import { gestures } from "./gestures.js";
import { el, icon, linkTo, note } from "./parts.js";
import { picture } from "./picture.js";
import { at } from "./router.js";
import { Viewable } from "./viewable.js";
import { whyName } from "./why.js";
import { ago, distance, figure, t, tn } from "./words.js";

const AHEAD = 3;
const STANDS = 160; // milliseconds without scrolling, where a browser does not say that it has ended
const NOTICES = {
  sensitive: () => t("Sensitive"), violence: () => t("Violence"), spoiler: () => t("Spoiler"),
  disputed: () => t("Disputed"), outdated: () => t("Outdated"), advertising: () => t("Advertising"),
};
const MARKS = { public: () => t("Everyone"), middle: () => t("Nearby and shared"), private: () => t("You follow") };

export class Feed {
  /**
   * @param {object} asked surface and domain_id, as the engine takes them
   * @param {object} acts what a post's buttons do, and `current(slot)`
   * @param {object} held likes, follows and counts of comments that this page has changed
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
    this.moving = false;
    this.heading = null;
    gestures(this.root, { begin: () => (this.heading = this.#from()), go: (by) => this.go(by), twice: (event) => this.#likeAt(event) });
    this.root.addEventListener("scroll", () => this.#moves());
    this.root.addEventListener("scrollend", () => this.#stands());
    this.seer = new IntersectionObserver((entries) => this.#seen(entries), { root: this.root, threshold: 0.6 });
    this.viewable = acts.queue ? new Viewable(acts.queue(), this.root) : null;
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
    else if (this.slots.length) this.#look();
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
    this.viewable?.watch(slot);
  }

  /** Put a post first that was opened by its address; the feed follows it. `chosen`: the viewer opened it from a page of ours. */
  begin(slot, chosen = false) {
    this.passed = slot.item_id;
    this.#add({ ...slot, chosen, receipt: `link-${now().toString(36)}` });
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
    if (entries.some((entry) => entry.isIntersecting)) this.#look();
  }

  /** Let what stands where one looks be the post that is shown: what an observer reports may have been passed since. */
  #look() {
    const part = this.#looked();
    const at = this.slots.findIndex((slot) => slot.article === part);
    if (at >= 0) this.#be(at);
    else if (part === this.tail) this.#nothing();
  }

  #looked() {
    const away = (part) => Math.abs(part.offsetTop - this.root.scrollTop);
    return [...this.root.children].reduce((nearest, part) => (nearest && away(nearest) <= away(part) ? nearest : part), null);
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
      else if (!slot.paused && !this.moving && !this.root.closest("[inert]")) slot.play?.(true);
      slot.article.querySelectorAll("img[data-src]").forEach((img) => {
        if (Math.abs(index - at) > 2) return;
        img.src = img.dataset.src;
        delete img.dataset.src;
      });
    });
  }

  /** While the feed moves nothing in it plays. */
  #moves() {
    if (!("onscrollend" in window)) {
      clearTimeout(this.standing);
      this.standing = setTimeout(() => this.#stands(), STANDS);
    }
    if (this.moving) return;
    this.moving = true;
    this.root.classList.add("moving");
    this.shown?.play?.(false);
  }

  /** The feed has come to rest: what is shown plays again. */
  #stands() {
    if (this.heading?.isConnected && Math.abs(this.heading.offsetTop - this.root.scrollTop) > 1) return; // dragged, or still on its way
    this.heading = null;
    this.moving = false;
    this.root.classList.remove("moving", "dragging");
    if (this.#looked() !== this.shown?.article) this.#look(); // an observer would say so later, and the next key may come before
    if (!this.root.closest("[inert]")) this.rest(true);
  }

  /** Go by so many posts; a further step counts from where the one before leads. */
  go(by) {
    const parts = [...this.root.children];
    const from = parts.indexOf(this.#from());
    const to = parts[Math.min(parts.length - 1, Math.max(0, (from < 0 ? parts.length - 1 : from) + by))];
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!to) return;
    this.heading = to;
    to.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    if (Math.abs(to.offsetTop - this.root.scrollTop) <= 1) this.#stands();
  }

  /** From where a step counts: where the one before leads, else what stands where one looks. */
  #from() {
    return (this.heading?.isConnected ? this.heading : null) ?? this.#looked();
  }

  /** Like the post that was tapped twice, and show it where the finger was. */
  #likeAt(event) {
    const slot = this.shown;
    if (!slot?.paintLike) return;
    if (!(this.held.likes.get(slot.item_id) ?? slot.liked)) this.acts.like(slot);
    const box = slot.article.getBoundingClientRect();
    const heart = el("span", { class: "burst", "aria-hidden": "true", onanimationend: () => heart.remove() }, icon("heart", 64));
    heart.style.insetInlineStart = `${event.clientX - box.left}px`;
    heart.style.insetBlockStart = `${event.clientY - box.top}px`;
    slot.article.append(heart);
  }

  /** Go to one slot at once. */
  show(slot) {
    this.heading = null;
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

  /** Take away the posts of an author that the viewer wants to see no more; where the feed is shown, what follows is looked at. */
  without(author, away, seen = false) {
    const at = this.slots.indexOf(this.shown);
    for (const slot of this.slots.filter((some) => some.author?.id === author && away(some))) {
      this.seer.unobserve(slot.article);
      slot.rest?.();
      slot.article.remove();
      this.slots.splice(this.slots.indexOf(slot), 1);
      if (this.shown === slot) this.shown = null;
    }
    if (!seen || this.shown || at < 0) return;
    if (this.slots.length) this.#be(Math.min(at, this.slots.length - 1));
    else this.restart();
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
    return el("div", { class: "rail" }, like, this.#comments(slot), this.#share(slot),
      el("button", { class: "rail-button", type: "button", onclick: () => this.acts.why(slot) }, icon("why", 32), el("span", { class: "rail-word", text: whyName(slot) })),
      el("button", { class: "rail-button", type: "button", "aria-haspopup": "dialog", onclick: () => this.acts.more(slot) }, icon("more", 32), el("span", { class: "rail-word", text: t("More") })),
      el("button", { class: "rail-button next", type: "button", onclick: () => this.go(1) }, icon("down", 32), el("span", { class: "rail-word", text: t("Next") })));
  }

  #comments(slot) {
    const button = el("button", { class: "rail-button comments-button", type: "button", "aria-haspopup": "dialog", onclick: () => this.acts.comments(slot) }, icon("answer", 32), el("span", { class: "rail-word" }));
    slot.paintComments = () => {
      const count = this.held.comments.get(slot.item_id) ?? slot.comments;
      counted(button, count, t("Comment"), t("Comments, {n} so far", { n: figure(count) }));
    };
    slot.paintComments();
    return button;
  }

  #share(slot) {
    const button = el("button", { class: "rail-button", type: "button", onclick: () => this.acts.share(slot) }, icon("share", 32), el("span", { class: "rail-word" }));
    slot.paintShare = () => {
      const count = slot.shares + (slot.passed ? 1 : 0);
      counted(button, count, t("Share"), t("Share, {n} so far", { n: figure(count) }));
    };
    slot.paintShare();
    return button;
  }

  #foot(slot, id) {
    return el("div", { class: "foot" },
      el("div", { class: "row" }, this.#author(slot, id), this.#follow(slot)),
      caption(slot, id, this.acts), card(slot, this.acts), this.#facts(slot));
  }

  #author(slot, id) {
    const name = slot.author ? linkTo(at.person(slot.author.id), { class: "author-link", text: slot.author.name, context: slot }) : t("Somebody who has left");
    return el("h2", { class: "author", id: `${id}-by` }, name);
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

  #facts(slot) {
    const parts = [];
    if (slot.paid) parts.push(el("span", { class: "ad", text: slot.label === "boost" ? t("Boosted") : t("Ad") }));
    if (slot.label === "warn") parts.push(el("span", { class: "ad", text: t("Take care") }));
    if (slot.pinned) parts.push(el("span", { class: "ad", text: t("Pinned") }));
    if (slot.notice) parts.push(el("span", { class: "ad", text: NOTICES[slot.notice]?.() ?? slot.notice }));
    if (slot.beacon) parts.push(el("span", { class: `mark ${slot.domain}`, text: this.#mark(slot) }));
    else if (!slot.chosen) parts.push(el("span", { class: "fact" }, icon("share", 16), t("Shared with you")));
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
