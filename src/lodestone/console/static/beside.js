// What stands beside the feed on a desk: in short, why the post that rests in it is there.

import { el } from "./parts.js";
import { brief, unweighed } from "./why.js";
import { t } from "./words.js";

const holder = document.getElementById("brief");
let timer = null;

/** Tell of a slot once it has rested for a moment, if `resting` still says so by then. */
export function tellBeside(slot, acts, resting) {
  clearTimeout(timer);
  if (!slot.beacon) {
    holder.replaceChildren(unweighed());
    return;
  }
  timer = setTimeout(async () => {
    try {
      const parts = await brief(slot, acts);
      if (resting()) holder.replaceChildren(...parts);
    } catch {
      holder.replaceChildren(el("p", { class: "soft", text: t("The receipt did not come") }));
    }
  }, 400);
}
