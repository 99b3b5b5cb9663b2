// One comment: who said what, and what may be done with it.

import { ask, now } from "./api.js";
import { cut } from "./mentions.js";
import { el, icon, linkTo } from "./parts.js";
import { REASONS } from "./reporting.js";
import { at } from "./router.js";
import { ago, figure, inWords, t } from "./words.js";

const GONE = {
  deleted: () => t("This comment was deleted."),
  erased: () => t("Whoever wrote this has left."),
  hidden: () => t("Hidden by those who look after this community."),
};
let numbered = 0;

/**
 * Draw a comment.
 *
 * @param {object} comment as the page's routes give it
 * @param {object} more `why` it stands there, the list of replies `below`, and `acts`: `path`, `reply`, `mayWrite`, `tell`, `gone`
 */
export function commentItem(comment, { why, below, acts }) {
  const row = el("li", { class: "comment", "data-comment": comment.id });
  const draw = () => row.replaceChildren(comment.state === "live" ? live(comment, why, acts, row, draw) : gone(comment), ...(below ? [below] : []));
  draw();
  return row;
}

/** Draw a comment of the viewer's own that waits to be sent. */
export function pendingItem(text, me) {
  return el("li", { class: "comment pending" }, el("article", { tabindex: "-1" },
    el("span", { class: "initial", "aria-hidden": "true", text: [...me.name][0] }),
    el("div", { class: "comment-words" }, el("p", { class: "comment-by" }, el("strong", { text: me.name })), el("p", { class: "comment-text", text }),
      el("p", { class: "soft small", text: t("Waiting to be sent") }))));
}

const gone = (comment) => el("article", { class: "comment-gone", tabindex: "-1" }, el("p", { class: "soft", text: GONE[comment.state]() }));

function live(comment, why, acts, row, draw) {
  const { author } = comment;
  const name = `comment-${(numbered += 1)}`;
  const more = el("div", { class: "comment-more", hidden: true });
  return el("article", { tabindex: "-1", "aria-labelledby": name },
    el("span", { class: "initial", "aria-hidden": "true", text: [...author.name][0] }),
    el("div", { class: "comment-words" },
      el("p", { class: "comment-by", id: name }, linkTo(at.person(author.id), { class: "comment-name", text: author.name }),
        comment.by_post_author ? el("span", { class: "tag", text: t("Author") }) : null,
        el("span", { class: "soft small", text: when(comment) })),
      el("p", { class: "comment-text", lang: comment.language }, ...withMentions(comment)),
      el("div", { class: "comment-acts" }, like(comment, acts), reply(comment, acts), menu(comment, why, acts, more, row, draw)),
      more));
}

const when = (comment) => `${ago(Date.parse(comment.created_at), now())}${comment.edited ? ` · ${t("edited")}` : ""}`;

/** Return a comment's text, names that it mentions as links; those it names otherwise stand behind it. */
function withMentions({ text, mentions }) {
  const byName = new Map(mentions.map((person) => [person.name, person]));
  const link = (person) => linkTo(at.person(person.id), { text: `@${person.name}` });
  const parts = cut(text, [...byName.keys()]);
  const named = new Set(parts.filter((_, index) => index % 2));
  const nodes = parts.map((part, index) => (index % 2 ? link(byName.get(part)) : part));
  return [...nodes, ...mentions.filter((person) => !named.has(person.name)).flatMap((person) => [" ", link(person)])];
}

function like(comment, acts) {
  if (comment.mine) return comment.likes ? el("span", { class: "soft small counted-likes" }, icon("heart", 16), figure(comment.likes)) : null;
  const button = el("button", { class: "quiet like", type: "button", onclick: async () => {
    const wanted = !comment.liked;
    paint({ liked: wanted, likes: comment.likes + (wanted ? 1 : -1) });
    try {
      paint(await ask(wanted ? "PUT" : "DELETE", `${acts.path}/like`));
      acts.tell(wanted ? t("Liked") : t("Like taken back"));
    } catch (trouble) {
      paint({ liked: !wanted, likes: comment.likes + (wanted ? -1 : 1) });
      acts.tell(inWords(trouble));
    }
  } }, icon("heart", 16), el("span", { class: "figures" }));
  const paint = (likes) => {
    Object.assign(comment, likes);
    button.setAttribute("aria-pressed", String(comment.liked));
    button.setAttribute("aria-label", t("Like, {n} so far", { n: figure(comment.likes) }));
    button.lastChild.textContent = comment.likes ? figure(comment.likes) : "";
  };
  paint({});
  return button;
}

const reply = (comment, acts) => (acts.mayWrite() ? el("button", { class: "quiet", type: "button", "aria-label": t("Reply to {name}", { name: comment.author.name }), text: t("Reply"), onclick: () => acts.reply() }) : null);

function menu(comment, why, acts, more, row, draw) {
  const button = el("button", { class: "quiet", type: "button", "aria-expanded": "false", "aria-label": t("More about this comment"), onclick: () => {
    more.hidden = !more.hidden;
    button.setAttribute("aria-expanded", String(!more.hidden));
    if (more.hidden) return;
    more.replaceChildren(...[why ? el("p", { class: "small", text: why }) : null, comment.mine ? remove(comment, acts, row, draw) : report(acts, more, button)].filter(Boolean));
  } }, icon("more", 16));
  return button;
}

/** Delete one's own comment, after a second thought. */
function remove(comment, acts, row, draw) {
  const first = el("button", { class: "button", type: "button", text: t("Delete"), onclick: () => {
    first.replaceWith(el("div", { class: "row" }, el("span", { class: "small", text: t("Delete it for good?") }), sure));
    sure.focus();
  } });
  const sure = el("button", { class: "button bad-button", type: "button", text: t("Delete for good"), onclick: async () => {
    sure.disabled = true;
    try {
      await ask("DELETE", acts.path);
      acts.tell(t("Your comment was deleted"));
      if (!comment.replies) {
        acts.gone(row);
        return;
      }
      comment.state = "deleted";
      draw();
      row.querySelector("article").focus();
    } catch (trouble) {
      sure.disabled = false;
      acts.tell(inWords(trouble));
    }
  } });
  return first;
}

/** Report a comment: a reason, and that is all. */
function report(acts, more, button) {
  const choice = el("select", { class: "select", "aria-label": t("Why do you report it?") }, el("option", { value: "", text: t("Report it because…") }),
    ...Object.entries(REASONS).map(([value, text]) => el("option", { value, text: text()[0] })));
  const send = el("button", { class: "button", type: "submit", text: t("Report"), disabled: true });
  choice.addEventListener("change", () => (send.disabled = !choice.value));
  return el("form", { class: "row comment-report", onsubmit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await ask("PUT", `${acts.path}/report`, { reason: choice.value });
      acts.tell(t("Reported. Thank you"));
      more.hidden = true;
      button.setAttribute("aria-expanded", "false");
      button.focus();
    } catch (trouble) {
      send.disabled = false;
      acts.tell(inWords(trouble));
    }
  } }, choice, send);
}
