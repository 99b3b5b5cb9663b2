// What a person does to a post: each a fact about the decision that showed it. What cannot be taken back once the
// engine knows of it waits a few seconds for a second thought, and is kept meanwhile, so that a reload loses nothing.

import { now } from "./api.js";
import { el, icon, say, sheet } from "./parts.js";
import { passOn } from "./share.js";
import { t } from "./words.js";

export class Deeds {
  /** @param {object} page `queue`, `feeds`, `tab` as they are now @param {() => void} back gives the keyboard back to the feed */
  constructor(page, back) {
    this.page = page;
    this.back = back;
    this.begin();
  }

  /** Begin anew: another person looks. */
  begin() {
    this.likes = new Map();
    this.follows = new Map();
    this.answered = new Map();
    this.told = new Set();
  }

  /** Put an event about a slot and send it. */
  send(slot, type, more = {}) {
    // A click is about a slot: it counts once, and not at all where no decision showed the post.
    if (type === "click" && (!slot.beacon || this.told.has(`${slot.receipt}.${slot.slot}.click`))) return undefined;
    this.page.queue.put(this.#event(slot, type, more));
    return this.page.queue.flush();
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
  #waits(slot, type, text, undone) {
    const { queue } = this.page;
    const event = this.#event(slot, type);
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
    this.#everywhere((other) => other.item_id === slot.item_id && other.paintLike());
    this.send(slot, on ? "like" : "unlike");
    say(on ? t("Liked") : t("Like taken back"));
  }

  follow(slot) {
    this.followed(slot.author, !(this.follows.get(slot.author.id) ?? slot.author.followed), slot);
  }

  /** Follow somebody or no longer; of whom no post led here, it is told without one. */
  followed({ id, name }, on, slot) {
    this.follows.set(id, on);
    this.#everywhere((other) => other.author?.id === id && other.paintFollow?.());
    const type = on ? "follow" : "unfollow";
    if (slot?.author?.id === id) this.send(slot, type, { author_id: id });
    else {
      this.page.queue.put({ id: `${type}.${id}.${now().toString(36)}`, type, author_id: id });
      this.page.queue.flush();
    }
    this.page.feeds.delete("following");
    say(on ? t("You follow {name}", { name }) : t("You follow {name} no longer", { name }), { show: true });
  }

  /** Note that the viewer answered. What they write stays with the app; the engine learns that they did. */
  answer(slot) {
    if (this.answered.get(slot.item_id)) {
      say(t("Your answer is noted already"), { show: true });
      return;
    }
    const paint = (on) => {
      this.answered.set(slot.item_id, on);
      this.#everywhere((other) => other.item_id === slot.item_id && other.paintAnswer());
    };
    paint(true);
    this.#waits(slot, "comment", t("Noted that you answered; the words stay in your app"), () => {
      paint(false);
      say(t("Answer taken back"));
    });
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
    say(how === "copied" ? t("Link copied") : t("Passed on"), { show: true });
  }

  /** What else can be said of a post. */
  more(slot) {
    const choose = (type, text) => () => {
      box.close();
      const feed = this.page.feeds.get(this.page.tab);
      const bring = feed.drop(slot);
      this.back();
      this.#waits(slot, type, text, () => {
        bring();
        say(t("It is back"));
      });
    };
    const item = (name, text, hint, work) => el("li", {}, el("button", { class: "choice", type: "button", onclick: work }, icon(name), el("span", { class: "person-words" }, el("strong", { text }), el("span", { class: "soft small", text: hint }))));
    const box = sheet(t("This post"), t("Close"), el("ul", { class: "choices" },
      item("less", t("Not interested"), t("See less like it."), choose("not_interested", t("You will see less like it"))),
      item("hide", t("Hide it"), t("This post will not come again."), choose("hide", t("Hidden"))),
      item("flag", t("Report it"), t("Tell those who look after this community that it breaks the rules."), choose("report", t("Reported. Thank you")))));
  }

  #everywhere(work) {
    for (const feed of this.page.feeds.values()) feed.slots.forEach(work);
  }
}
