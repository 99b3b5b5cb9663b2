// What fills a post: its still, its clip while somebody looks at it, or its words. What nobody looks at does not move.

import { rooted } from "./address.js";
import { el, icon } from "./parts.js";
import { t } from "./words.js";

const MOVES = new Set(["video", "live"]);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Only pictures at the engine's own address are shown: a page asks nobody else for anything. */
export const ours = (one) => one.type.startsWith("image/") && new URL(one.url, location.href).origin === location.origin;

/**
 * Make the picture of a slot. `slot.play(on)` lets its clip run or stand; `slot.rest()` takes it away.
 * The first picture of a video or live post is its still; a second one is its clip.
 */
export function picture(slot, acts) {
  const [still, second] = slot.media.filter(ours);
  const holder = el("div", { class: "picture" });
  if (!still) {
    holder.classList.add("written");
    holder.append(el("p", { class: "post-words", "aria-hidden": "true", lang: slot.language, text: slot.text }));
    return holder;
  }
  const moves = MOVES.has(slot.kind);
  const wide = still.width > still.height;
  const kind = wide ? "front wide" : "front";
  if (wide) holder.append(el("img", { class: "behind", alt: "", "data-src": still.url }));
  holder.append(el("img", { class: moves && !second ? `${kind} drifts` : kind, alt: "", "data-src": still.url, draggable: "false" }));
  if (moves && second) clip(slot, second.url, holder, kind);
  if (moves) holder.append(...player(slot, acts));
  return holder;
}

/** Lay a clip over its still. Without motion wanted it is not even fetched. */
function clip(slot, url, holder, kind) {
  const moving = el("img", { class: `${kind} clip`, alt: "", draggable: "false", hidden: true });
  const stopped = el("canvas", { class: `${kind} clip`, hidden: true });
  moving.addEventListener("load", () => {
    moving.hidden = Boolean(slot.paused);
    stopped.hidden = true;
  });
  holder.append(moving, stopped);
  slot.play = (on) => {
    if (calm.matches) return;
    if (!on) stop(moving, stopped);
    else if (moving.hasAttribute("src")) {
      moving.hidden = false;
      stopped.hidden = true;
    } else moving.src = rooted(url);
  };
  slot.rest = () => {
    moving.removeAttribute("src");
    moving.hidden = stopped.hidden = true;
  };
}

/** Hold the moment that is shown: a picture cannot be paused, so its copy stands in its place. */
function stop(moving, stopped) {
  if (moving.hidden) return;
  stopped.width = moving.clientWidth * devicePixelRatio;
  stopped.height = (stopped.width * moving.naturalHeight) / moving.naturalWidth;
  stopped.getContext("2d").drawImage(moving, 0, 0, stopped.width, stopped.height);
  stopped.hidden = false;
  moving.hidden = true;
}

function player(slot, acts) {
  const label = () => (slot.paused ? t("Play") : t("Pause"));
  const button = el("button", { class: "player", type: "button", "aria-label": label(), onclick: () => acts.pause(slot) }, icon("play", 64));
  slot.repaint = () => {
    button.setAttribute("aria-label", label());
    slot.article.classList.toggle("paused", Boolean(slot.paused));
    slot.article.classList.toggle("playing", !slot.paused);
    slot.play?.(!slot.paused);
  };
  slot.progress = el("span", { class: "progress", "aria-hidden": "true" });
  return [button, slot.progress];
}
