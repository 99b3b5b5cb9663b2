// The comments of one post: a list in the order of worth or time, what waits to be sent, and the field to write in.

import { ask, now, setClock } from "./api.js";
import { commentItem, pendingItem } from "./comment-item.js";
import { Composer } from "./composer.js";
import { el, note } from "./parts.js";
import { inWords, t, tn } from "./words.js";

export class Thread {
  #order = "worth";
  #cursor = null;
  #request = 0; // the newest; an older answer belongs to another order of the list
  #waiting = new Map(); // what was sent and not answered for, by the comment's id: its row
  #people = new Map(); // names of those who wrote here, to be mentioned: id by name

  constructor(id, slot, session, deeds, box, body) {
    Object.assign(this, { id, slot, session, deeds, box, body });
    this.path = `/v1/page/posts/${encodeURIComponent(id)}/comments`;
    this.list = el("ol", { class: "comments" });
    this.said = el("p", { class: "spoken", role: "status", "aria-live": "polite" });
    this.tail = el("div", { class: "thread-tail" });
  }

  /** Fetch the first page and show everything. */
  async open() {
    this.composer = new Composer(this.id, this.session, { send: (words) => this.#send(words), names: () => this.#people });
    this.box.append(this.said, this.composer.root);
    this.composer.fit();
    const heard = (call, answer, trouble) => this.#heard(call, answer, trouble);
    this.session.queue.listen(heard);
    this.box.addEventListener("close", () => this.session.queue.unlisten(heard));
    this.body.replaceChildren(this.#orders(), this.list, this.tail);
    for (const call of this.session.queue.calls().filter((other) => other.path.startsWith(`${this.path}/`))) this.#await(call);
    if (this.slot?.author) this.#people.set(this.slot.author.name, this.slot.author.id);
    await this.#more();
  }

  #orders() {
    const chip = (order, text) => el("button", { class: "chip-plain", type: "button", "aria-pressed": String(order === this.#order), text, onclick: (event) => {
      if (order === this.#order) return;
      this.#order = order;
      for (const other of event.target.parentNode.children) other.setAttribute("aria-pressed", String(other === event.target));
      this.#again();
    } });
    return el("div", { class: "row thread-orders", role: "group", "aria-label": t("Sorted by") }, chip("worth", t("Best first")), chip("newest", t("Newest first")));
  }

  /** List anew, what waits to be sent on top. */
  async #again() {
    this.#cursor = null;
    this.list.replaceChildren(...this.#waiting.values());
    await this.#more();
  }

  async #more() {
    this.tail.replaceChildren(el("p", { class: "soft", text: t("Fetching the comments") }));
    const first = this.#cursor === null;
    const request = ++this.#request;
    try {
      const page = await ask("GET", `${this.path}?order=${this.#order}&explain=true&lang=${document.documentElement.lang}${first ? "" : `&cursor=${this.#cursor}`}`);
      if (request === this.#request) this.#take(page, first);
    } catch (trouble) {
      if (request === this.#request) this.#failed(trouble);
    }
  }

  #take(page, first) {
    setClock(page.now);
    this.deeds.commented(this.id, page.comments);
    this.composer.allow(page.refusal);
    const rows = page.data.filter(({ comment }) => !this.#shown(comment.id) && !this.#waiting.has(`comment.${comment.id}`)).map((thread) => this.#row(thread));
    this.list.append(...rows);
    this.#cursor = page.next_cursor;
    this.#end(page);
    if (first) return;
    this.#tell(tn("{n} more comment", "{n} more comments", rows.length));
    rows[0]?.querySelector("article").focus();
  }

  #end({ comments }) {
    if (this.#cursor !== null) {
      this.tail.replaceChildren(el("button", { class: "button", type: "button", text: t("Show more"), onclick: () => this.#more() }));
    } else if (this.list.children.length) this.tail.replaceChildren();
    else if (comments) this.tail.replaceChildren(note(tn("{n} person commented, and no words are kept here", "{n} people commented, and no words are kept here", comments), t("What they wrote stays where they wrote it. Yours would stand here."), null));
    else this.tail.replaceChildren(note(t("No comments yet"), t("What people say about this post stands here."), null));
  }

  #failed(trouble) {
    if (trouble.code === "item_unknown") {
      this.composer.root.hidden = true;
      this.body.replaceChildren(note(t("This post is not here any more"), t("Its comments have gone with it."), null));
      return;
    }
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => this.#more() });
    this.tail.replaceChildren(el("div", { role: "alert" }, note(t("The comments did not come"), inWords(trouble), again)));
  }

  #rowOf = (id) => [...this.list.querySelectorAll("[data-comment]")].find((row) => row.dataset.comment === id);

  #shown = (id) => Boolean(this.#rowOf(id));

  #row({ comment, replies, why }) {
    const list = el("ol", { class: "comments replies", "aria-label": t("Replies") }, ...replies.map((reply) => this.#item(reply, { top: comment })));
    const left = comment.replies - replies.length;
    return this.#item(comment, { why, below: el("div", { class: "below" }, list, left > 0 ? this.#replies(comment, list, left) : null) });
  }

  #item(comment, { why = null, top = null, below = null }) {
    for (const person of [comment.author, ...comment.mentions]) if (person) this.#people.set(person.name, person.id);
    return commentItem(comment, { why, below, acts: {
      path: `${this.path}/${encodeURIComponent(comment.id)}`,
      reply: () => this.composer.answer(comment, top ?? comment),
      mayWrite: () => this.composer.open,
      tell: (text) => this.#tell(text),
      gone: (row) => this.#gone(row, top),
    } });
  }

  /** The button that fetches the replies that are not shown yet. */
  #replies(comment, below, left, cursor = null) {
    const button = el("button", { class: "quiet", type: "button", text: tn("Show {n} more reply", "Show {n} more replies", left), onclick: async () => {
      try {
        const page = await ask("GET", `${this.path}/${encodeURIComponent(comment.id)}/replies${cursor ? `?cursor=${cursor}` : ""}`);
        const fresh = page.data.filter((reply) => !this.#shown(reply.id)).map((reply) => this.#item(reply, { top: comment }));
        below.append(...fresh);
        const rest = left - fresh.length;
        if (page.next_cursor && rest > 0) button.replaceWith(this.#replies(comment, below, rest, page.next_cursor));
        else button.remove();
        (fresh[0] ?? below).querySelector("article")?.focus();
      } catch (trouble) {
        this.#tell(inWords(trouble));
      }
    } });
    return button;
  }

  /** Take a deleted comment off the list, unless somebody answered it; the keyboard goes on to the next. */
  #gone(row, top) {
    const next = row.nextElementSibling ?? row.previousElementSibling ?? (top && row.parentNode.closest("li"));
    row.remove();
    (next?.querySelector("article") ?? this.composer.field).focus();
    if (!this.list.children.length) this.#end({ comments: 0 });
  }

  // Writing

  #send({ id, text, mentions, top }) {
    const body = { text, mentions, in_reply_to: top?.id ?? null, beacon: this.slot?.beacon || null, written_at: new Date(now()).toISOString(), language: null };
    const call = { id: `comment.${id}`, method: "PUT", path: `${this.path}/${id}`, body };
    this.session.queue.call(call);
    this.#await(call).scrollIntoView({ block: "nearest" });
    this.#tell(t("On its way"));
    this.session.queue.flush();
  }

  /** Show what waits to be sent. */
  #await(call) {
    const row = pendingItem(call.body.text, this.session.me);
    this.#waiting.set(call.id, row);
    const top = call.body.in_reply_to && this.#below(call.body.in_reply_to);
    if (top) top.append(row);
    else this.list.prepend(row);
    this.tail.querySelector(".empty")?.remove();
    return row;
  }

  #below(id) {
    return this.#rowOf(id)?.querySelector(".replies") ?? null;
  }

  /** Hear what became of a comment that was sent. */
  #heard(call, answer, trouble) {
    const row = this.#waiting.get(call.id);
    if (!row) return;
    this.#waiting.delete(call.id);
    if (trouble) {
      row.remove();
      this.composer.giveBack(call.body.text, trouble);
      return;
    }
    const { comment } = answer;
    this.#rowOf(comment.id)?.remove();
    const top = call.body.in_reply_to ? { id: call.body.in_reply_to } : null;
    row.replaceWith(top ? this.#item(comment, { top }) : this.#row({ comment, replies: [], why: null }));
    this.deeds.commented(this.id, answer.comments);
    this.#tell(t("Your comment is there"));
  }

  #tell(text) {
    this.said.textContent = text;
    this.composer.note(text);
  }
}
