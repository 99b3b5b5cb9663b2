// What the sheets of buying may ask of the page they stand on.

import { product } from "./buying.js";
import { orders } from "./orders.js";
import { shopPage } from "./shops.js";

/**
 * @param {object} page the viewer's page: who looks, where they are
 * @param {object} deeds what a person does to posts and their authors
 * @param {object} help what the page does: `trouble`, `show`
 */
export function shopping(page, deeds, help) {
  const acts = {
    viewer: () => page.me.id,
    position: () => page.position ?? undefined,
    home: () => page.me.position ?? undefined,
    zone: () => page.me.time_zone,
    trouble: help.trouble,
    follows: (id) => deeds.follows.get(id),
    followKeeper: (author, on, slot) => deeds.followed(author, on, slot),
    query: (more = {}) => {
      const told = new URLSearchParams({ ...(page.position ?? {}), ...more }).toString();
      return told && `?${told}`;
    },
    product: (id, slot = null) => product(id, acts, slot),
    buy: (slot) => {
      deeds.send(slot, "click");
      return product(slot.item_id, acts, slot);
    },
    visited: (slot) => deeds.send(slot, "profile_visit"),
    orders: () => orders(acts),
    shop: (id) => shopPage(id, acts),
    onMap: async (shop) => {
      document.querySelectorAll("dialog[open]").forEach((one) => one.close());
      await help.show("nearby");
      page.map?.find(shop.id);
    },
  };
  return acts;
}
