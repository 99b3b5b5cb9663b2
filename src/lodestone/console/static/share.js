// Pass a post on: by the device's own sheet where there is one, else as a link in the clipboard, else as a link to copy by hand.

import { el, sheet } from "./parts.js";
import { at, go, link } from "./router.js";
import { t } from "./words.js";

/** The address under which this page opens with a post. */
const linkOf = (id) => link(at.post(id));

/** Pass a post on. Resolves to `shared` or `copied` once it is done, to null when the viewer thought better of it. */
export async function passOn(slot) {
  const url = linkOf(slot.item_id);
  const words = { title: slot.author?.name ?? "Lodestone", text: slot.text.slice(0, 140), url };
  if (navigator.share && (!navigator.canShare || navigator.canShare(words))) {
    try {
      await navigator.share(words);
      return "shared";
    } catch (trouble) {
      if (trouble.name === "AbortError") return null;
      return copied(url, slot.item_id); // the device's sheet would not open: the clipboard still can
    }
  }
  return copied(url, slot.item_id);
}

async function copied(url, id) {
  try {
    await navigator.clipboard.writeText(url);
    return "copied";
  } catch {
    return byHand(id); // no clipboard outside https, or it was refused
  }
}

/** Let the link be copied by hand; copying it is what counts. */
const byHand = (id) => new Promise((done) => go(at.share(id), done));

/** Open the sheet that shows a post's link, chosen; returns it. `done` is told how it went, where somebody waits for that. */
export function linkSheet(id, done) {
  const field = el("input", { class: "input", id: "link", readonly: true, value: linkOf(id), onfocus: () => field.select(), oncopy: () => finish("copied") });
  const box = sheet(t("Share"), t("Close"), el("div", { class: "field" }, el("label", { for: "link", text: t("The link to this post") }), field, el("p", { class: "hint", text: t("Copy it and paste it where you like.") })));
  const finish = (how) => {
    done?.(how);
    box.close();
  };
  box.addEventListener("close", () => done?.(null));
  field.focus();
  return box;
}
