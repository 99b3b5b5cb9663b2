// A grid of posts: each opens under its own address.

import { ask } from "./api.js";
import { el, icon, linkTo, say } from "./parts.js";
import { ours } from "./picture.js";
import { at } from "./router.js";
import { figure, inWords, t } from "./words.js";

const KINDS = { video: "play", live: "play", product: "bag" };

/** Draw a page of posts; `path` is asked for what follows. */
export function grid({ data, next_cursor: follows }, path) {
  const list = el("ul", { class: "tiles" }, ...data.map(tile));
  let cursor = follows;
  const more = el("button", { class: "button", type: "button", hidden: cursor === null, text: t("Show more"), onclick: async () => {
    more.disabled = true;
    try {
      const next = await ask("GET", `${path}?cursor=${encodeURIComponent(cursor)}`);
      const made = next.data.map(tile);
      list.append(...made);
      made[0]?.querySelector("a").focus({ preventScroll: true });
      cursor = next.next_cursor;
      more.hidden = cursor === null;
    } catch (trouble) {
      say(inWords(trouble), { show: true });
    }
    more.disabled = false;
  } });
  return el("div", { class: "stack" }, list, more);
}

function tile(post) {
  const still = post.media && ours(post.media) ? el("img", { src: post.media.url, alt: "", loading: "lazy", draggable: "false" }) : el("span", { class: "tile-words", "aria-hidden": "true", lang: post.language, text: post.text });
  const likes = el("span", { class: "tile-likes figures" }, icon("heart", 16), el("span", { class: "spoken", text: t("Likes") }), figure(post.likes));
  return el("li", {}, linkTo(at.post(post.item_id), { class: "tile", context: "page", "data-post": post.item_id },
    still, KINDS[post.kind] ? el("span", { class: "tile-kind" }, icon(KINDS[post.kind], 16)) : null, likes, el("span", { class: "spoken", lang: post.language, text: post.text })));
}
