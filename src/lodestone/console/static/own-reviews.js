// What moderators decided of the viewer's own posts, and the one appeal against each.

import { ask, now } from "./api.js";
import { moment } from "./money.js";
import { el, note, say } from "./parts.js";
import { t } from "./words.js";

const DECISIONS = {
  hide: () => t("Hidden: nobody is shown this post."),
  warn: () => t("Shown with a warning."),
  dismiss: () => t("Nothing is wrong with this post."),
};

/** Write the decisions into an open sheet. @param {string} zone the community's time zone */
export async function decisions(body, zone) {
  try {
    const { data } = await ask("GET", "/v1/page/reviews");
    const none = note(t("Nothing was decided"), t("Should people report a post of yours and moderators hide it or warn of it, you read it here and can appeal."));
    body.replaceChildren(...(data.length ? data.map((review) => card(review, zone)) : [none]));
  } catch {
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => decisions(body, zone) });
    body.replaceChildren(note(t("This cannot be fetched now"), t("Nothing was lost."), again));
  }
}

function card(review, zone) {
  const heading = el("h3", { text: review.text || t("A post without words") });
  const lines = [DECISIONS[review.decision](), moment(review.decided_at, zone, now())];
  if (review.note) lines.push(t("The moderators say: {note}", { note: review.note }));
  if (review.appeal) lines.push(t("You appealed: {text}", { text: review.appeal.text }), review.answered ? t("Your appeal was answered; this is the answer.") : t("Your appeal waits for its answer."));
  const made = el("section", { class: "card stack" }, heading, ...lines.map((text) => el("p", { class: "small", text })));
  if (review.may_appeal) made.append(form(review, zone, made));
  return made;
}

/** The form of an appeal; what is written stays where it is until the engine has it. */
function form(review, zone, place) {
  const id = `appeal-${review.id}`;
  const field = el("textarea", { class: "input", id, rows: "3", maxlength: "1000", required: true });
  const trouble = el("p", { class: "small", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    try {
      const appealed = await ask("POST", `/v1/reviews/${review.id}/appeal`, { text: field.value.trim() });
      const fresh = card(appealed, zone);
      place.replaceWith(fresh);
      say(t("Your appeal was sent"), { show: true });
    } catch (error) {
      trouble.textContent = error.code === "appeal_made" ? t("You have appealed already.") : t("It was not sent and stays written here. Try again.");
    }
  };
  return el("form", { class: "stack", onsubmit: send },
    el("div", { class: "field" }, el("label", { for: id, text: t("Why is this wrong? You can appeal once.") }), field),
    trouble, el("button", { class: "button", type: "submit", text: t("Appeal") }));
}
