// What the sheets of buying may ask of the page they stand on.

import { product } from "./buying.js";
import { orders } from "./orders.js";
import { shopPage } from "./shops.js";

/**
 * @param {object} page the viewer's page: who looks, where they are
 * @param {object} held what this page has changed
 * @param {object} help what the page does: `send`, `follow`, `trouble`, `show`, `map`
 */
export function shopping(page, held, help) {
  const acts = {
    viewer: () => page.me.id,
    position: () => page.position ?? undefined,
    home: () => page.me.position ?? undefined,
    zone: () => page.me.time_zone,
    trouble: help.trouble,
    follows: (id) => held.follows.get(id),
    followKeeper: help.follow,
    query: (more = {}) => {
      const told = new URLSearchParams({ ...(page.position ?? {}), ...more }).toString();
      return told && `?${told}`;
    },
    product: (id, slot = null) => product(id, acts, slot),
    buy: (slot) => {
      help.send(slot, "click");
      return product(slot.item_id, acts, slot);
    },
    visited: (slot) => help.send(slot, "profile_visit"),
    orders: () => orders(acts),
    shop: (id) => shopPage(id, acts),
    onMap: async (shop) => {
      document.querySelectorAll("dialog[open]").forEach((one) => one.close());
      await help.show("nearby");
      help.map()?.find(shop.id);
    },
  };
  return acts;
}
