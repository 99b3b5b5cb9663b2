// The keyboard: one key for each thing one does to a post.

import { settle } from "./parts.js";
import { at, back, go } from "./router.js";

const feedHolder = document.getElementById("feed");
const pageHolder = document.getElementById("page");
const main = document.getElementById("main");

const PAGING = { ArrowDown: 1, ArrowUp: -1, PageDown: 1, PageUp: -1, j: 1, k: -1 };

/** Listen to the keyboard on behalf of the feed that is shown; `acts` is what each key does to the post in it. */
export function listen(feeds, acts) {
  const keys = {
    " ": (slot) => slot.repaint && acts.pause(slot), l: acts.like, f: (slot) => slot.paintFollow && acts.follow(slot), c: acts.comments, s: acts.share,
    b: (slot) => slot.offer && acts.buy(slot), w: acts.why, m: acts.more, p: (slot) => slot.author && acts.person(slot),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.target.closest("input, select, textarea, .map, summary")) return;
    if (event.key === " " && event.target.closest("button, a")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const inside = main.contains(document.activeElement) || document.activeElement === document.body;
    if (!inside && !(key in PAGING && key.length > 1)) return;
    if (key === "Escape" && !pageHolder.hidden) back();
    else if (key === "o") go(at.orders());
    else if (key === "z") settle(true);
    else if (!post(key, feeds.shown, keys)) return;
    event.preventDefault();
  });
}

/** Do what a key does to the post that is shown; say whether it does anything. */
function post(key, feed, keys) {
  if (!feed || feedHolder.inert || !(key in PAGING || key in keys)) return false;
  if (key in PAGING) feed.go(PAGING[key]);
  else if (feed.current) keys[key](feed.current);
  return true;
}
