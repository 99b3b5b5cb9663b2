// Pass a post on: by the device's own sheet where there is one, else as a link in the clipboard, else as a link to copy by hand.

import { el, sheet } from "./parts.js";
import { t } from "./words.js";

/** The address under which this page opens with a post first. */
export const linkOf = (slot) => `${location.origin}/?post=${encodeURIComponent(slot.item_id)}`;

/** Pass a post on. Resolves to `shared` or `copied` once it is done, to null when the viewer thought better of it. */
export async function passOn(slot) {
  const url = linkOf(slot);
  const words = { title: slot.author?.name ?? "Lodestone", text: slot.text.slice(0, 140), url };
  if (navigator.share && (!navigator.canShare || navigator.canShare(words))) {
    try {
      await navigator.share(words);
      return "shared";
    } catch (trouble) {
      if (trouble.name === "AbortError") return null;
      return copied(url); // the device's sheet would not open: the clipboard still can
    }
  }
  return copied(url);
}

async function copied(url) {
  try {
    await navigator.clipboard.writeText(url);
    return "copied";
  } catch {
    return byHand(url); // no clipboard outside https, or it was refused
  }
}

/** Show the link, chosen, for whoever must copy it by hand; copying it is what counts. */
function byHand(url) {
  return new Promise((done) => {
    const field = el("input", { class: "input", id: "link", readonly: true, value: url, onfocus: () => field.select(), oncopy: () => finish("copied") });
    const box = sheet(t("Pass it on"), t("Close"), el("div", { class: "field" }, el("label", { for: "link", text: t("The link to this post") }), field, el("p", { class: "hint", text: t("Copy it and paste it where you like.") })));
    const finish = (how) => {
      done(how);
      box.close();
    };
    box.addEventListener("close", () => done(null));
    field.focus();
  });
}
