// What a person does to a post: each a fact about the decision that showed it. What cannot be taken back once the
// engine knows of it waits a few seconds for a second thought, and is kept meanwhile, so that a reload loses nothing.

import { ask, now } from "./api.js";
import { choice, el, icon, say, sheet } from "./parts.js";
import { askReason } from "./reporting.js";
import { passOn } from "./share.js";
import { inWords, t } from "./words.js";

export class Deeds {
  /**
   * @param {import("./session.js").Session} session
   * @param {import("./feeds.js").Feeds} feeds
   */
  constructor(session, feeds) {
    this.session = session;
    this.feeds = feeds;
    this.begin();
  }

  /** Begin anew: another person looks. */
  begin() {
    this.likes = new Map();
    this.follows = new Map();
    this.comments = new Map(); // how often people commented, by the post, where a thread has been opened
    this.told = new Set();
  }

  /** Put an event about a slot and send it. */
  send(slot, type, more = {}) {
    // A click is about a slot: it counts once, and not at all where no decision showed the post.
    if (type === "click" && (!slot.beacon || this.told.has(`${slot.receipt}.${slot.slot}.click`))) return undefined;
    this.session.queue.put(this.#event(slot, type, more));
    return this.session.queue.flush();
  }

  /** Make an event; of one kind and slot only the first is a fact about the decision. */
  #event(slot, type, more = {}) {
    const mark = `${slot.receipt}.${slot.slot}.${type}`;
    const first = !this.told.has(mark);
    this.told.add(mark);
    const about = first && slot.beacon ? { beacon: slot.beacon } : {};
    return { id: first ? mark : `${mark}.${now().toString(36)}`, type, item_id: slot.item_id, ...about, ...more };
  }

  /** Put an event that a person may still take back. */
  #waits(slot, type, text, undone, more = {}) {
    const { queue } = this.session;
    const event = this.#event(slot, type, more);
    queue.put(event, { open: true });
    say(text, {
      show: true,
      undo: () => {
        queue.drop(event.id);
        this.told.delete(event.id);
        undone();
      },
      gone: () => {
        queue.put(event);
        queue.flush({ keepalive: true });
      },
    });
  }

  like(slot) {
    const on = !(this.likes.get(slot.item_id) ?? slot.liked);
    this.likes.set(slot.item_id, on);
    this.feeds.everySlot((other) => other.item_id === slot.item_id && other.paintLike());
    this.send(slot, on ? "like" : "unlike");
    say(on ? t("Liked") : t("Like taken back"));
  }

  follow(slot) {
    this.followed(slot.author, !(this.follows.get(slot.author.id) ?? slot.author.followed), slot);
  }

  /** Follow somebody or no longer; of whom no post led here, it is told without one. */
  followed({ id, name }, on, slot) {
    this.follows.set(id, on);
    this.feeds.everySlot((other) => other.author?.id === id && other.paintFollow?.());
    const type = on ? "follow" : "unfollow";
    if (slot?.author?.id === id) this.send(slot, type, { author_id: id });
    else {
      this.session.queue.put({ id: `${type}.${id}.${now().toString(36)}`, type, author_id: id });
      this.session.queue.flush();
    }
    this.session.follows(on ? 1 : -1);
    this.feeds.forget("following");
    say(on ? t("You follow {name}", { name }) : t("You follow {name} no longer", { name }), { show: true });
  }

  /** Note how often people have commented on a post by now. */
  commented(item, count) {
    this.comments.set(item, count);
    this.feeds.everySlot((other) => other.item_id === item && other.paintComments());
  }

  /** Let the viewer see no more of an author whom they have muted or blocked. */
  without(author) {
    this.feeds.without(author);
  }

  /** Let the viewer see no more ads of somebody whose posts come as before. */
  withoutAds(author) {
    this.feeds.without(author, (slot) => slot.paid);
  }

  /** Pass a post on; told to the engine once it has left the viewer's hands. */
  async share(slot) {
    const how = await passOn(slot);
    if (!how) {
      say(t("Not passed on"), { show: true });
      return;
    }
    slot.passed = true;
    slot.paintShare();
    this.send(slot, "share");
    say(how === "copied" ? t("Link copied") : t("Shared"), { show: true });
  }

  /** Close a sheet, take its post out of the feed, and tell the engine once there was time for a second thought. */
  refuse(box, id, opened, type, text, more) {
    box.close();
    const feed = this.feeds.shown;
    // After a reload the sheet stands before its post does.
    const slot = feed?.slots.includes(opened) ? opened : feed?.slots.find((some) => some.item_id === id);
    if (!slot) return;
    const bring = feed.drop(slot);
    feed.root.focus({ preventScroll: true });
    this.#waits(slot, type, text, () => {
      bring();
      say(t("It is back"));
    }, more);
  }

  /** Open what else can be said of a post; returns the sheet. */
  more(id, opened) {
    const choose = (type, text, more) => () => this.refuse(box, id, opened, type, text, more);
    const report = () => askReason(box, (reason) => choose("report", t("Reported. Thank you"), { reason })());
    const box = sheet(t("This post"), t("Close"), el("ul", { class: "choices" }, saving(id),
      choice("less", t("Not interested"), t("See less like it."), choose("not_interested", t("You will see less like it"))),
      choice("hide", t("Hide it"), t("This post will not come again."), choose("hide", t("Hidden"))),
      choice("flag", t("Report it"), t("Tell those who look after this community that it breaks the rules."), report)));
    return box;
  }
}

/** The choice that saves a post, or saves it no longer; it asks which of the two. */
function saving(id) {
  const path = `/v1/page/mine/saved/${encodeURIComponent(id)}`;
  const name = el("strong", { text: t("Save it") });
  const button = el("button", { class: "choice", type: "button", "aria-pressed": "false", onclick: async () => {
    try {
      paint((await ask(button.getAttribute("aria-pressed") === "true" ? "DELETE" : "PUT", path)).saved);
      say(button.getAttribute("aria-pressed") === "true" ? t("Saved; it stands on your page") : t("Saved no longer"), { show: true });
    } catch (trouble) {
      say(inWords(trouble), { show: true });
    }
  } }, icon("save"), el("span", { class: "person-words" }, name, el("span", { class: "soft small", text: t("To come back to from your own page. Nobody else sees it.") })));
  const paint = (on) => {
    button.setAttribute("aria-pressed", String(on));
    name.textContent = on ? t("Saved: take it out") : t("Save it");
  };
  ask("GET", path).then((answer) => paint(answer.saved), () => null); // as long as nobody knows, it offers to save
  return el("li", {}, button);
}
