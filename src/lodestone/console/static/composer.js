// The field under a thread: what is written in it survives a reload, answers somebody, and names people.

import { draw } from "./api.js";
import { namesIn } from "./mentions.js";
import { el, icon } from "./parts.js";
import { inWords, t } from "./words.js";

const LONGEST = 2000;
const MENTIONS = 10;
const SUGGESTED = 5;
const CLOSED = {
  comment_minor: () => t("A child's account reads comments and writes none."),
  comment_blocked: () => t("The author of this post does not want to hear from you."),
};
const REFUSED = {
  ...CLOSED,
  comment_deleted: () => t("What you replied to has been deleted. Your words are still in the field."),
  item_unknown: () => t("This post is not here any more. Your words are still in the field."),
};

export class Composer {
  #draft = { text: "", top: null, to: null };
  open = true;

  /**
   * @param {string} item the post
   * @param {import("./session.js").Session} session
   * @param {object} acts `send(words)` and `names()`, whom one may mention: id by name
   */
  constructor(item, session, acts) {
    this.acts = acts;
    this.key = `lodestone.draft.${session.me.community}.${session.me.id}.${item}`;
    this.field = el("textarea", { class: "input composer-field", rows: "1", maxlength: String(LONGEST), "aria-label": t("Write a comment"), placeholder: t("Write a comment"), oninput: () => this.#wrote(), onkeydown: (event) => this.#key(event) });
    this.press = el("button", { class: "button main", type: "submit", text: t("Send"), disabled: true });
    this.answering = el("p", { class: "composer-answering", hidden: true });
    this.names = el("div", { class: "row composer-names", role: "group", "aria-label": t("People to mention"), hidden: true });
    this.status = el("p", { class: "small soft composer-status", "aria-hidden": "true" });
    this.root = el("form", { class: "composer", onsubmit: (event) => {
      event.preventDefault();
      this.#send();
    } }, this.answering, this.names, el("div", { class: "composer-line" }, this.field, this.press), this.status);
    this.#restore();
  }

  /** Let the viewer write, or say why they may not. */
  allow(refusal) {
    this.open = refusal === null;
    if (!this.open) this.root.replaceChildren(el("p", { class: "soft small", text: (CLOSED[refusal] ?? CLOSED.comment_blocked)() }));
  }

  /** Answer a comment; `top` is the one that begins its thread. */
  answer(comment, top) {
    const named = comment.id !== top.id && !this.field.value.trim();
    this.#draft = { ...this.#draft, top: { id: top.id }, to: comment.author.name };
    if (named) this.field.value = `@${comment.author.name} `;
    this.#wrote();
    this.field.focus();
  }

  /** Take back what was refused, and say why. */
  giveBack(text, trouble) {
    if (!this.field.value.trim()) this.field.value = text;
    this.#wrote();
    this.note(REFUSED[trouble.code]?.() ?? inWords(trouble));
  }

  /** Show under the field what happened; it is said aloud by the sheet. */
  note(text) {
    this.status.textContent = text;
  }

  /** Let the field be as high as its words, as far as its style lets it. */
  fit() {
    this.field.style.height = "auto";
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }

  #restore() {
    try {
      const draft = JSON.parse(localStorage.getItem(this.key));
      if (draft) this.#draft = draft;
    } catch {
      localStorage.removeItem(this.key);
    }
    this.field.value = this.#draft.text;
    this.#paint();
  }

  #wrote() {
    this.#draft.text = this.field.value;
    try {
      if (this.#draft.text.trim() || this.#draft.top) localStorage.setItem(this.key, JSON.stringify(this.#draft));
      else localStorage.removeItem(this.key);
    } catch {
      // A full store keeps no draft; what is written can be sent all the same.
    }
    this.note("");
    this.#paint();
    this.#suggest();
  }

  #paint() {
    this.press.disabled = !this.field.value.trim();
    this.fit();
    const { to } = this.#draft;
    this.answering.hidden = to === null;
    if (to === null) return;
    this.answering.replaceChildren(el("span", { class: "small", text: t("Replying to {name}", { name: to }) }),
      el("button", { class: "quiet", type: "button", "aria-label": t("Reply to nobody in particular"), onclick: () => {
        Object.assign(this.#draft, { top: null, to: null });
        this.#wrote();
        this.field.focus();
      } }, icon("close", 16)));
  }

  /** The name that is being written, with its at sign; empty where none is. */
  #begun() {
    return /@([^@\s]{0,32})$/u.exec(this.field.value.slice(0, this.field.selectionStart));
  }

  #suggest() {
    const begun = this.#begun();
    const fitting = begun ? [...this.acts.names().keys()].filter((name) => name.toLowerCase().startsWith(begun[1].toLowerCase()) && name !== begun[1]) : [];
    this.names.hidden = !fitting.length;
    this.names.replaceChildren(...fitting.slice(0, SUGGESTED).map((name) => el("button", { class: "chip-plain", type: "button", text: `@${name}`, onclick: () => this.#name(name) })));
  }

  #name(name) {
    const begun = this.#begun();
    const end = this.field.selectionStart;
    this.field.setRangeText(`@${name} `, begun ? begun.index : end, end, "end");
    this.field.focus();
    this.#wrote();
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#send();
    }
  }

  #send() {
    const text = this.field.value.trim();
    if (!text) return;
    const people = this.acts.names();
    const mentions = namesIn(text, [...people.keys()]).slice(0, MENTIONS).map((name) => people.get(name));
    const { top } = this.#draft;
    this.#draft = { text: "", top: null, to: null };
    this.field.value = "";
    this.#wrote();
    this.acts.send({ id: `c${draw()}`, text, mentions: [...new Set(mentions)], top });
  }
}
