// The sheet of a post's comments. It opens at once; what fills it is fetched the first time it is opened.

import { el, note, sheet } from "./parts.js";
import { inWords, t } from "./words.js";

/**
 * Open the comments of a post; returns the sheet.
 *
 * @param {string} id of the post
 * @param {object | null} slot the slot in which it stands, where it stands in one
 * @param {import("./session.js").Session} session
 * @param {import("./deeds.js").Deeds} deeds
 */
export function commentSheet(id, slot, session, deeds) {
  const body = el("div", { class: "thread" }, el("p", { class: "soft", text: t("Fetching the comments") }));
  const box = sheet(t("Comments"), t("Close"), body);
  box.classList.add("conversation");
  fill(id, slot, session, deeds, box, body);
  return box;
}

async function fill(id, slot, session, deeds, box, body) {
  try {
    const { Thread } = await import("./thread.js");
    await new Thread(id, slot, session, deeds, box, body).open();
  } catch (trouble) {
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => fill(id, slot, session, deeds, box, body) });
    body.replaceChildren(note(t("The comments did not come"), inWords(trouble), again));
  }
}
