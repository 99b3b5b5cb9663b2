// A post's words: two lines of them, all of them on demand, and what their author wrote where they are translated.
import { el } from "./parts.js";
import { t } from "./words.js";

const SHORT = 60;

/** Make the words of a post; `acts.opened` hears when somebody reads them all. */
export function caption(slot, id, acts) {
  const text = el("p", { class: "caption", id: `${id}-text`, lang: slot.language, text: slot.text });
  const parts = [text];
  if (slot.text.length >= SHORT) parts.push(whole(text, slot, acts));
  if (slot.original) parts.push(translated(slot));
  return parts.length > 1 ? el("div", {}, ...parts) : text;
}

function whole(text, slot, acts) {
  const button = el("button", { class: "expand", type: "button", "aria-expanded": "false", text: t("Read all"), onclick: () => {
    const open = text.classList.toggle("whole");
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? t("Less") : t("Read all");
    if (open) acts.opened(slot);
  } });
  return button;
}

/** Say that a post is translated; the button shows its author's words in place of the translation, and back. */
function translated(slot) {
  let own = false;
  const button = el("button", { class: "expand translated", type: "button", "aria-pressed": "false", text: t("Translated · see the original"), onclick: () => {
    own = !own;
    const shown = own ? slot.original : slot;
    for (const place of button.closest(".post").querySelectorAll(".caption, .post-words")) {
      place.textContent = shown.text;
      place.lang = shown.language ?? "";
    }
    button.setAttribute("aria-pressed", String(own));
    button.textContent = own ? t("Original · see the translation") : t("Translated · see the original");
  } });
  return button;
}
