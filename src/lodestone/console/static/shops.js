// A shop: the row that names it, and its own page.

import { ask } from "./api.js";
import { el, icon, linkTo, note, sheet } from "./parts.js";
import { price, reach } from "./money.js";
import { at, go } from "./router.js";
import { lang, t, tn } from "./words.js";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Whether a shop is open, in words. */
export const openWord = (shop) => (!shop.selling ? t("Not selling now") : shop.open_now ? t("Open now") : t("Closed now"));

/** How far a shop is and how far it sells. */
export function where(shop) {
  if (!shop.position) return shop.areas.length ? t("delivers to {areas}", { areas: new Intl.ListFormat(lang, { type: "conjunction" }).format(shop.areas) }) : t("delivers, wherever you are");
  const km = reach(shop.radius_km);
  return shop.distance_km === null ? t("sells within {km}", { km }) : t("{away} away, sells within {km}", { away: reach(shop.distance_km), km });
}

/** The row under a product or an order that names its shop and leads to its page. */
export function shopRow(shop, slot = null) {
  return el("button", { class: "choice shop-row", type: "button", "aria-haspopup": "dialog", onclick: () => go(at.shop(shop.id), slot) },
    el("span", { class: "map-thumb shop-thumb", "aria-hidden": "true" }, icon("shop")),
    el("span", { class: "person-words" }, el("strong", { text: shop.name }), el("span", { class: "soft small", text: `${openWord(shop)} · ${where(shop)}` })), icon("onward"));
}

/** Open a shop's page; returns its sheet. */
export function shopPage(id, acts, slot = null) {
  const body = el("div", { class: "stack shop-page" }, el("p", { class: "soft", text: t("Fetching the shop") }));
  const box = sheet(t("Shop"), t("Close"), body);
  fill(body, id, acts, slot);
  return box;
}

async function fill(body, id, acts, slot) {
  try {
    const told = await read(id, acts);
    body.replaceChildren(...parts(told, acts, slot));
    if (slot) acts.visited(slot);
  } catch (trouble) {
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => fill(body, id, acts, slot) });
    const gone = trouble.code === "shop_unknown" ? note(t("This shop is not here any more"), t("Other shops stand on the map."), null) : null;
    body.replaceChildren(gone ?? note(t("The shop did not come"), acts.trouble(trouble), again));
  }
}

const read = (id, acts, after = null) => ask("GET", `/v1/page/shops/${encodeURIComponent(id)}${acts.query(after ? { after } : {})}`);

function parts(told, acts, slot) {
  const { shop } = told;
  const picture = [...told.media, ...told.goods.map((good) => good.media)].find((one) => one?.type.startsWith("image/"));
  return [
    picture ? el("img", { class: "buy-picture", src: picture.url, alt: "" }) : null,
    el("div", { class: "stack tight" }, el("h3", { class: "buy-name", text: shop.name }),
      el("p", {}, el("strong", { class: shop.selling && shop.open_now ? "good-word" : "", text: openWord(shop) }), ` · ${where(shop)}`),
      shop.categories.length ? el("p", { class: "soft small", text: shop.categories.join(" · ") }) : null,
      told.owner_name ? el("p", { class: "small" }, t("Run by"), " ", linkTo(at.person(shop.owner_id), { context: slot, text: told.owner_name })) : null,
      told.text ? el("p", { class: "small", text: told.text }) : null),
    el("div", { class: "row" }, follow(shop, acts, slot), visit(shop, acts)),
    hours(told.hours), others(told.others, slot), shelf(told, acts),
  ].filter(Boolean);
}

function follow(shop, acts, slot) {
  if (!shop.owner_id || shop.owner_id === acts.viewer()) return null;
  const author = { id: shop.owner_id, name: shop.name };
  const button = el("button", { class: "button main", type: "button", onclick: () => { acts.followKeeper(author, !on(), slot); paint(); } });
  const on = () => acts.follows(shop.owner_id) ?? shop.followed;
  const paint = () => {
    button.setAttribute("aria-pressed", String(on()));
    button.textContent = on() ? t("Followed") : t("Follow the shop");
  };
  paint();
  return button;
}

function visit(shop, acts) {
  if (shop.distance_km === null) return null;
  return el("button", { class: "button", type: "button", onclick: () => acts.onMap(shop) }, icon("pin"), t("On the map"));
}

/** A week's hours, days that are alike together. */
function hours(spans) {
  if (!spans.length) return el("p", { class: "soft small", text: t("Open at all hours.") });
  const named = (day) => new Intl.DateTimeFormat(lang, { weekday: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 1 + day)));
  const rows = [];
  DAYS.forEach((name, day) => {
    const text = spans.filter((one) => one.day === name).map((one) => `${one.opens}–${one.closes}`).join(", ") || t("closed");
    const last = rows.at(-1);
    if (last?.text === text) last.to = day;
    else rows.push({ from: day, to: day, text });
  });
  return el("section", { class: "stack tight" }, el("h3", { text: t("Opening hours") }), el("dl", { class: "pairs" }, ...rows.map((row) => el("div", {},
    el("dt", { text: row.from === row.to ? named(row.from) : `${named(row.from)}–${named(row.to)}` }), el("dd", { class: "figures", text: row.text })))));
}

/** The same owner's other shops. */
function others(shops, slot) {
  if (!shops.length) return null;
  return el("section", { class: "stack tight" }, el("h3", { text: t("Its other shops") }), el("ul", { class: "choices" }, ...shops.map((shop) => el("li", {}, shopRow(shop, slot)))));
}

function shelf(told, acts) {
  const list = el("ul", { class: "choices" }, ...told.goods.map((good) => el("li", {}, item(good))));
  const more = el("button", { class: "button", type: "button", hidden: told.next_after === null, text: t("Show more"), onclick: async () => {
    try {
      const next = await read(told.shop.id, acts, told.next_after);
      list.append(...next.goods.map((good) => el("li", {}, item(good))));
      told.next_after = next.next_after;
      more.hidden = next.next_after === null;
    } catch (trouble) {
      more.replaceWith(note(t("The shop did not come"), acts.trouble(trouble), more));
    }
  } });
  const empty = told.goods.length ? null : el("p", { class: "soft", text: t("What this shop sells will appear here.") });
  return el("section", { class: "stack tight" }, el("h3", { text: t("What it sells") }), empty, list, more);
}

/** The row of a product on a shelf; it leads to its sheet. */
export function item(good) {
  const cost = good.several ? t("from {price}", { price: price(good.price) }) : price(good.price);
  return el("button", { class: "choice", type: "button", "aria-haspopup": "dialog", onclick: () => go(at.product(good.id)) },
    good.media ? el("img", { class: "map-thumb", src: good.media.url, alt: "" }) : el("span", { class: "map-thumb shop-thumb", "aria-hidden": "true" }, icon("bag")),
    el("span", { class: "person-words" }, el("strong", { text: good.name }), el("span", { class: "soft small", text: good.left ? tn("{n} left", "{n} left", good.left) : t("Sold out") })), el("strong", { class: "figures", text: cost }));
}
