// The card of what was touched on the map: what it is, how far, and what one can do with it.

import { el, icon } from "./parts.js";
import { ours } from "./picture.js";
import { at, go } from "./router.js";
import { where } from "./shops.js";
import { glyphOf } from "./things.js";
import { distance, t, tn } from "./words.js";

/**
 * Make a card's parts.
 * @param {object} thing see `things.js`
 * @param {object} map `open(slot)`, `close()`, `from(position)`, `others` under the same mark, `list(byKey)` to list them
 */
export function card(thing, map) {
  return [
    picture(thing),
    el("div", { class: "map-words" }, el("strong", { text: thing.name }), el("span", { class: "soft small", text: facts(thing) })),
    el("button", { class: "button plain map-close", type: "button", "aria-label": t("Close"), onclick: map.close }, icon("close")),
    el("div", { class: "map-acts" }, ...ACTS[thing.kind](thing, map),
      map.others > 0 ? act("more-here", tn("{n} more here", "{n} more here", map.others), (event) => map.list(event.detail === 0)) : null),
  ];
}

function facts(thing) {
  const km = thing.km === null ? null : distance(thing.km);
  return (thing.kind === "shop" ? [...thing.facts, where(thing.shop)] : [...thing.facts, km]).filter(Boolean).join(" · ");
}

function picture(thing) {
  const still = thing.slot?.media.find(ours);
  return still ? el("img", { class: "map-thumb", src: still.url, alt: "" }) : el("span", { class: "map-thumb" }, glyphOf(thing));
}

const act = (key, text, work) => el("button", { class: "button", type: "button", "data-key": key, text, onclick: work });

const ACTS = {
  shop: (thing) => [act("see-shop", t("See the shop"), () => go(at.shop(thing.shop.id)))],
  product: (thing) => [act("see-product", t("See it"), () => go(at.product(thing.id))), act("see-shop", t("See the shop"), () => go(at.shop(thing.shop.id)))],
  post: (thing, map) => [act("see-post", t("See it"), () => map.open(thing.slot))],
  room: (thing) => [act("watch", t("Watch"), () => go(at.live(thing.room.item_id)))],
  person: (thing) => [act("see-person", t("See their page"), () => go(at.person(thing.person.id)))],
  place: (thing, map) => [act("from-place", t("Look from here"), () => map.from(thing.position))],
};
