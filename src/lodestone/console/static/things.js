// What the map and its list show, in one shape whatever it is: a shop, a post, something live, somebody at home, or what a search found.

import { el, icon } from "./parts.js";
import { openWord } from "./shops.js";
import { distance, t } from "./words.js";

const RANKS = { shop: 0, room: 1, person: 2, post: 3 };
const LISTED = Object.keys(RANKS).length; // what a search alone knows: places and products
const ICONS = { shop: "shop", product: "bag", room: "play", person: "home", place: "pin" };
const away = (km) => (km === null ? "" : distance(km));

export const shopThing = (shop) => ({
  key: `shop-${shop.id}`, kind: "shop", name: shop.name, position: shop.position, km: shop.distance_km, shop,
  open: shop.selling && shop.open_now, categories: shop.categories, texts: [shop.name, ...shop.categories],
  facts: [...shop.categories.slice(0, 2), openWord(shop)], label: t("Shop {name}, {km}", { name: shop.name, km: away(shop.distance_km) }),
});

export const postThing = (slot) => ({
  key: `post-${slot.receipt}-${slot.slot}`, kind: "post", name: slot.author?.name ?? t("Somebody who has left"), position: slot.position, km: slot.distance_km, slot,
  texts: [slot.author?.name ?? "", slot.text, ...slot.tags], facts: [slot.text.replaceAll("\n", " · ")],
  label: t("Post by {author}, {km}", { author: slot.author?.name ?? "", km: away(slot.distance_km) }),
});

export const roomThing = (room) => ({
  key: `room-${room.item_id}`, kind: "room", name: room.title || room.host || t("Live"), position: room.position, km: room.distance_km, room,
  texts: [room.title, room.host ?? ""], facts: [t("Live"), room.host], label: t("Live: {title}, {km}", { title: room.title, km: away(room.distance_km) }),
});

export const personThing = (person) => ({
  key: `person-${person.id}`, kind: "person", name: person.name, position: person.position, km: person.distance_km, person,
  texts: [person.name, person.profession ?? ""], facts: [person.profession, t("lives here")],
  label: t("{name} lives here, {km}", { name: person.name, km: away(person.distance_km) }),
});

/** What a search found, as a thing: a product is its own thing in the list and stands on the map at its shop. */
export function matchThing(match) {
  if (match.kind === "shop") return shopThing(match.shop);
  if (match.kind === "person") return personThing(match.person);
  const place = { key: `${match.kind}-${match.id}`, kind: match.kind, id: match.id, name: match.name, position: match.position, km: match.distance_km, texts: [match.name], label: match.name };
  if (match.kind === "place") return { ...place, facts: [t("Place")] };
  return { ...place, facts: [match.shop.name, openWord(match.shop)], shop: match.shop, open: match.shop.selling && match.shop.open_now, categories: match.shop.categories, onMap: `shop-${match.shop.id}` };
}

/** Which marks come first where many would lie over each other, and which rows where many are equally far. */
export const rankOf = (thing) => RANKS[thing.kind] ?? LISTED;

/** Whether a thing is drawn as a mark of its own. */
export const isMark = (thing) => thing.kind in RANKS;

/** Words as searches compare them, as the server folds them. */
export const folded = (text) => text.normalize("NFKC").toLowerCase();

/** Whether a thing passes what is asked: words of the search, kind, open now, category, distance. */
export function passes(thing, { words, kind, open, category, km }) {
  const seller = thing.kind === "shop" || thing.kind === "product";
  if (kind && thing.kind !== kind && !(kind === "shop" && seller)) return false;
  if ((open || category) && !seller) return false;
  if (open && !thing.open) return false;
  if (category && !thing.categories.includes(category)) return false;
  if (km && (thing.km === null || thing.km > km)) return false;
  const text = folded(thing.texts.join("\n"));
  return words.every((word) => text.includes(word));
}

/** The sign of a kind, the same on the map, in the list and in the legend. */
export function glyph(kind, domain = null) {
  const sign = el("span", { class: `glyph of-${kind}${domain ? ` ${domain}` : ""}`, "aria-hidden": "true" });
  if (ICONS[kind]) sign.append(icon(ICONS[kind], 16));
  return sign;
}

export const glyphOf = (thing) => glyph(thing.kind, thing.slot?.domain);
