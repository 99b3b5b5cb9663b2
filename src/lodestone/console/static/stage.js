// What fills the phone: the feed of a tab, a post that somebody opened with the feed behind it, or a page such as a person's.

import { ask, setClock } from "./api.js";
import { tellBeside } from "./beside.js";
import { Feed, firstPage, spoken } from "./feed.js";
import { el, note, say } from "./parts.js";
import { wide } from "./nearby.js";
import { at, go } from "./router.js";
import { channels, strip, trade } from "./strip.js";
import { LABELS, askedBy, empty, labelOf, missing } from "./tabs.js";
import { inWords, t } from "./words.js";

const $ = (id) => document.getElementById(id);
const PAGES_KEPT = 8;

export class Stage {
  #session;
  #feeds;
  #nearby;
  #deeds;
  #acts;
  #pages = new Map(); // by address: { element, scroll }
  #page = null;
  #early = null;
  #shown = null; // which tab
  #turn = 0; // the newest wins where two are on their way

  /**
   * @param {import("./session.js").Session} session
   * @param {import("./feeds.js").Feeds} feeds
   * @param {import("./nearby.js").Nearby} nearby
   * @param {import("./deeds.js").Deeds} deeds
   * @param {object} acts what a post's buttons do, and `locate`, `again`
   */
  constructor(session, feeds, nearby, deeds, acts) {
    this.#session = session;
    this.#feeds = feeds;
    this.#nearby = nearby;
    this.#deeds = deeds;
    this.#acts = {
      ...acts,
      viewer: () => session.me.id,
      position: () => session.position ?? undefined,
      queue: () => session.queue,
      label: labelOf,
      trouble: inWords,
      empty: (asked) => empty(asked, () => go(at.tab("discover"))),
      current: (slot) => this.#look(slot),
      arrived: (answer) => this.#arrived(answer),
      pause: (slot) => this.pause(slot),
    };
  }

  /** Let a tab's feed fill the phone. */
  async tab(name, wanted = null) {
    const { me } = this.#session;
    const channel = name === "channels" ? wanted ?? me.channels[0]?.id ?? null : null;
    const turn = this.#turnTo(name, name, LABELS[name]());
    if (name === "channels" && me.channels.length) strip(...channels(me.channels, channel));
    else if (name === "trade" && me.profession) strip(...trade(me.profession));
    else strip();
    const lack = missing(name, me, channel, { position: this.#session.position, locate: this.#acts.locate });
    if (lack) {
      if (name === "nearby") this.#nearby.clear();
      this.#instead(lack);
      return;
    }
    const feed = await this.#feeds.of(channel ? at.channel(channel) : name, () => this.#feed(name, channel));
    if (turn !== this.#turn) return;
    if (name !== "nearby") {
      await this.#fill(feed);
      return;
    }
    strip(...this.#nearby.chips());
    const filled = this.#fill(feed);
    await this.#nearby.show();
    await filled;
    this.#nearby.take(feed.slots);
  }

  /** Let a post fill the phone, the feed behind it. */
  async post(id, chosen) {
    const turn = this.#turnTo("discover", "discover", t("Post"));
    strip();
    const feed = await this.#feeds.of(at.post(id), async () => {
      const made = this.#feed("discover", null);
      try {
        made.begin(await ask("GET", `/v1/page/posts/${encodeURIComponent(id)}`), chosen);
      } catch (trouble) {
        made.missed = trouble;
      }
      return made;
    });
    if (turn !== this.#turn) return;
    if (feed.missed) this.#gone(id, feed.missed);
    else await this.#fill(feed);
  }

  /** Let a page fill the phone, as it was left if it was here before. */
  async page(address, title, make) {
    const turn = this.#turnTo("page", null, title);
    strip();
    const page = this.#pages.get(address) ?? (await this.#made(make));
    if (turn !== this.#turn || !page) return;
    this.#pages.delete(address);
    this.#pages.set(address, page);
    if (this.#pages.size > PAGES_KEPT) this.#pages.delete(this.#pages.keys().next().value);
    this.#page = page;
    $("page").replaceChildren(page.element);
    $("page").hidden = false;
    page.element.scrollTop = page.scroll;
    page.element.repaint?.();
    page.element.focus({ preventScroll: true });
  }

  pause(slot) {
    slot.paused = !slot.paused;
    this.#session.looking.pause(slot.paused);
    slot.repaint();
    say(slot.paused ? t("Paused") : t("Playing"));
  }

  /** Ask for the first page while it is still being asked who looks; only what does not depend on that. */
  early(tab) {
    const answer = firstPage(askedBy(tab, null, null), undefined, undefined);
    answer.catch(() => null); // whoever waits for it hears of trouble; nobody may, when `me` fails first
    this.#early = { tab, answer };
  }

  /** Give the keyboard back to what fills the phone. */
  focus() {
    (this.#feeds.shown?.root ?? this.#page?.element)?.focus({ preventScroll: true });
  }

  /** Look only at what can be seen: nothing that the map covers. */
  watch() {
    const covers = this.#nearby.covers;
    $("feed").inert = covers || !$("page").hidden;
    const feed = this.#feeds.shown;
    feed?.rest(!covers);
    if (covers) this.#session.looking.leave();
    else if (feed?.current) this.#look(feed.current);
    if (this.#shown === "nearby" && feed) strip(...this.#nearby.chips());
  }

  /** Ask for the nearby feed from another place. */
  anew() {
    this.#feeds.leave();
    this.#feeds.forget("nearby");
    return this.tab("nearby");
  }

  /** Go to a slot of the nearby feed. */
  see(slot) {
    this.#feeds.shown?.show(slot);
  }

  /** Begin anew: another person looks. */
  clear() {
    this.#feeds.clear();
    this.#pages.clear();
    this.#nearby.clear();
  }

  #turnTo(on, tab, title) {
    this.#session.looking.leave();
    this.#feeds.leave();
    if (this.#page) this.#page.scroll = this.#page.element.scrollTop;
    this.#page = null;
    $("page").hidden = true;
    $("page").replaceChildren();
    this.#shown = on;
    document.querySelectorAll("[data-tab]").forEach((button) => button.setAttribute("aria-current", button.dataset.tab === tab ? "page" : "false"));
    $("stage").dataset.on = on;
    $("heading").textContent = title;
    document.title = title === LABELS.discover() ? "Lodestone" : `${title} · Lodestone`;
    $("aside-map").hidden = on !== "nearby";
    $("aside-how").hidden = on === "nearby" || on === "page";
    return (this.#turn += 1);
  }

  #instead(...parts) {
    $("feed").replaceChildren(el("section", { class: "post end" }, ...parts));
    $("feed").inert = false;
  }

  #feed(tab, channel) {
    const early = this.#early?.tab === tab ? this.#early.answer : null;
    this.#early = null;
    const acts = tab === "nearby" ? { ...this.#acts, position: () => this.#nearby.standpoint } : this.#acts;
    return new Feed(askedBy(tab, this.#session.me, channel), acts, this.#deeds, early);
  }

  async #fill(feed) {
    this.#feeds.shown = feed;
    $("feed").replaceChildren(feed.root);
    $("feed").inert = this.#nearby.covers;
    if (!feed.slots.length) await feed.more();
    else feed.show(feed.current ?? feed.slots[Math.min(feed.index, feed.slots.length - 1)]);
  }

  /** Make a page, whose scripts are fetched when it is first opened; say so where they do not come. */
  async #made(make) {
    try {
      return { element: await make(), scroll: 0 };
    } catch (trouble) {
      if (!(trouble instanceof TypeError)) throw trouble; // a script that was not fetched is one
      const again = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => this.#acts.again() });
      this.#instead(note(t("The page did not come"), inWords({ kind: "offline" }), again));
      return null;
    }
  }

  #gone(id, trouble) {
    const here = trouble.code !== "item_unknown";
    const again = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => this.#acts.again() });
    this.#feeds.forget(at.post(id));
    this.#instead(here ? note(t("The post did not come"), inWords(trouble), again) : note(t("This post is not here any more"), t("It was taken back, or it is not for everybody."), this.#onward()));
  }

  #onward() {
    return el("button", { class: "button main", type: "button", text: t("Go to Discover"), onclick: () => go(at.tab("discover")) });
  }

  #look(slot) {
    const { looking } = this.#session;
    const shown = this.#feeds.shown?.slots.includes(slot); // a feed that was left may still be on its way
    if (!shown || this.#nearby.covers) {
      looking.leave();
      return;
    }
    looking.look(slot);
    looking.pause(Boolean(slot.paused));
    const feed = this.#feeds.shown;
    $("said").textContent = spoken(slot, feed?.slots.indexOf(slot) ?? 0);
    if (this.#shown === "nearby") this.#nearby.mark(slot);
    else if (wide()) tellBeside(slot, this.#acts, () => this.#feeds.shown?.current === slot);
  }

  #arrived(answer) {
    setClock(answer.now);
    if (this.#shown === "nearby" && this.#feeds.shown) this.#nearby.take(this.#feeds.shown.slots);
  }
}
