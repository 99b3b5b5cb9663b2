// Buying on the spot: the card on a product's post, and the sheet from which it is ordered.

import { ask, draw, now } from "./api.js";
import { el, icon, note, sheet } from "./parts.js";
import { dayOf, price } from "./money.js";
import { refusal } from "./refusals.js";
import { at, swap } from "./router.js";
import { shopRow } from "./shops.js";
import { t, tn } from "./words.js";

export const WAYS = { redeem: () => t("Redeem in the shop"), pickup: () => t("Pick it up"), delivery: () => t("Have it delivered") };
const HINTS = {
  redeem: () => t("You get a code now and show it when you come."),
  pickup: () => t("The shop gets it ready while it is open."),
  delivery: () => t("Within the shop's radius, while it is open."),
};
const MOST = 99;

const left = (n) => (n ? tn("{n} left", "{n} left", n) : t("Sold out"));
const from = (offer) => (offer.several ? t("from {price}", { price: price(offer.price) }) : price(offer.price));

/** The card on a product's post: what it costs, how many are left, and the way to buy it. */
export function card(slot, acts) {
  const { offer } = slot;
  if (!offer) return null;
  const ways = offer.ways.map((way) => WAYS[way]()).join(" · ");
  return el("div", { class: slot.orderable ? "offer" : "offer far" },
    el("p", { class: "offer-words" }, el("strong", { class: "offer-price figures", text: from(offer) }), el("span", { class: "soft small", text: slot.orderable ? `${left(offer.left)} · ${ways}` : t("Not sold to where you are") })),
    el("button", { class: "button main", type: "button", "aria-haspopup": "dialog", onclick: () => acts.buy(slot) }, offer.left && slot.orderable ? t("Buy") : t("Look")));
}

/** Open a product's sheet; returns it. `slot` is the post it was found on, if it was on one. */
export function product(id, acts, slot = null) {
  const body = el("div", { class: "stack buy" }, el("p", { class: "soft", text: t("Fetching what is left") }));
  const box = sheet(t("Buy on the spot"), t("Close"), body);
  fill(body, id, acts, slot);
  return box;
}

async function fill(body, id, acts, slot) {
  try {
    const told = await ask("GET", `/v1/page/products/${encodeURIComponent(id)}${acts.query()}`);
    body.replaceChildren(...new Buying(told, acts, slot).parts());
  } catch (trouble) {
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => fill(body, id, acts, slot) });
    const gone = trouble.code === "product_unknown" ? note(t("This is not sold any more"), t("Its shop may sell something like it."), null) : null;
    body.replaceChildren(gone ?? note(t("The product did not come"), acts.trouble(trouble), again));
  }
}

/** What is chosen on one product's sheet. */
class Buying {
  constructor(told, acts, slot) {
    Object.assign(this, { told, acts, slot, units: 1, way: told.ways[0] });
    this.variant = told.variants.find((one) => one.left) ?? told.variants[0];
    this.date = this.#firstDate();
    this.once = draw();
  }

  #firstDate() {
    const days = this.variant.dates;
    return days ? (days.find((one) => one.left) ?? days[0])?.date ?? null : null;
  }

  get left() {
    if (!this.variant.dates) return this.variant.left;
    return this.variant.dates.find((one) => one.date === this.date)?.left ?? 0;
  }

  parts() {
    const { told } = this;
    const picture = told.media.find((one) => one.type.startsWith("image/"));
    this.sum = el("strong", { class: "figures" });
    this.stock = el("p", { class: "soft small" });
    this.cost = el("p", { class: "big figures" });
    this.wrong = el("div", { role: "alert" });
    this.press = el("button", { class: "button main grow", type: "submit" }, t("Buy for"), this.sum);
    this.address = this.#address();
    this.when = el("div", {});
    const form = el("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); this.#order(); }, oninput: () => { this.wrong.replaceChildren(); this.once = draw(); } },
      this.#variants(), this.when, this.#ways(), this.address, this.#count(), this.wrong, el("div", { class: "buy-foot" }, this.press));
    this.#paint();
    return [
      picture ? el("img", { class: "buy-picture", src: picture.url, alt: "" }) : null,
      el("div", { class: "stack tight" }, el("h3", { class: "buy-name", text: told.name }), this.cost, this.stock, told.text ? el("p", { class: "small", text: told.text }) : null),
      form, shopRow(told.shop, this.slot),
    ].filter(Boolean);
  }

  #choices(legend, name, options, chosen, choose) {
    return el("fieldset", { class: "options" }, el("legend", { text: legend }), ...options.map(({ value, text, hint, off }) => el("label", { class: "option" },
      el("input", { type: "radio", name, value, checked: value === chosen, disabled: off, onchange: () => { choose(value); this.#paint(); } }),
      el("span", { class: "person-words" }, el("span", { text }), hint ? el("span", { class: "soft small", text: hint }) : null))));
  }

  #variants() {
    const { variants } = this.told;
    if (variants.length === 1) return null;
    return this.#choices(t("Which one"), "variant", variants.map((one) => ({ value: one.id, text: one.name || one.id, hint: `${price(one.price)} · ${left(one.left)}`, off: !one.left })), this.variant.id,
      (id) => { this.variant = variants.find((one) => one.id === id); this.date = this.#firstDate(); });
  }

  #days() {
    if (!this.variant.dates) return [];
    const select = el("select", { class: "select", id: "buy-date", onchange: () => { this.date = select.value; this.#paint(); } },
      ...this.variant.dates.map((one) => el("option", { value: one.date, selected: one.date === this.date, disabled: !one.left, text: `${dayOf(one.date)} · ${left(one.left)}` })));
    return [el("div", { class: "field" }, el("label", { for: "buy-date", text: t("Which day") }), select)];
  }

  #ways() {
    const { ways, voucher } = this.told;
    const times = voucher.count > 1 ? tn("Good for {n} visit.", "Good for {n} visits.", voucher.count) : "";
    const hint = (way) => (way === "redeem" ? `${HINTS.redeem()} ${times} ${tn("Valid for {n} day.", "Valid for {n} days.", voucher.valid_days)}` : HINTS[way]());
    return this.#choices(t("How you get it"), "way", ways.map((way) => ({ value: way, text: WAYS[way](), hint: hint(way) })), this.way, (way) => (this.way = way));
  }

  #address() {
    const field = (name, label, more) => el("div", { class: "field" }, el("label", { for: `buy-${name}`, text: label }), el("input", { class: "input", id: `buy-${name}`, name, ...more }));
    return el("fieldset", { class: "options", hidden: true, disabled: true }, el("legend", { text: t("Where to") }),
      field("text", t("Street, house, door"), { required: true, maxlength: 500, autocomplete: "street-address" }),
      field("name", t("Who takes it"), { maxlength: 256, autocomplete: "name" }), field("phone", t("Telephone"), { type: "tel", maxlength: 32, autocomplete: "tel" }),
      el("p", { class: "soft small", text: t("The distance is measured to where you are now.") }));
  }

  #count() {
    const show = el("output", { class: "figures", text: "1" });
    const step = (by, name, label) => el("button", { class: "button", type: "button", "aria-label": label, onclick: () => { this.units = Math.max(1, Math.min(this.left, MOST, this.units + by)); this.once = draw(); this.#paint(); } }, icon(name));
    this.units_shown = show;
    return el("div", { class: "row between", role: "group", "aria-label": t("How many") }, el("span", { text: t("How many") }), el("div", { class: "row" }, step(-1, "minus", t("One less")), show, step(1, "plus", t("One more"))));
  }

  #paint() {
    this.units = Math.max(1, Math.min(this.units, this.left || 1));
    this.units_shown.textContent = String(this.units);
    this.cost.textContent = price(this.variant.price);
    this.stock.textContent = left(this.left);
    this.sum.textContent = price(this.#total());
    this.press.disabled = !this.left || !this.told.live || !this.told.shop.selling;
    this.address.hidden = this.address.disabled = this.way !== "delivery";
    this.when.replaceChildren(...this.#days());
    this.wrong.replaceChildren();
  }

  #total() {
    return { ...this.variant.price, micros: this.variant.price.micros * this.units };
  }

  #body() {
    const line = { product_id: this.told.id, variant_id: this.variant.id, quantity: this.units, ...(this.date ? { date: this.date } : {}) };
    const found = this.slot?.beacon ? { receipt_id: this.slot.receipt, slot: this.slot.slot } : {};
    const at = this.acts.position();
    const body = { buyer: this.acts.viewer(), lines: [line], fulfilment: this.way, total: this.#total(), ...found, ...(at ? { position: at } : {}) };
    if (this.way !== "delivery") return body;
    const value = (name) => this.address.querySelector(`[name=${name}]`).value;
    return { ...body, address: { text: value("text"), name: value("name"), phone: value("phone"), position: at ?? this.acts.home() } };
  }

  async #order() {
    this.press.disabled = true;
    try {
      const made = await ask("POST", "/v1/orders", this.#body(), { headers: { "idempotency-key": this.once } });
      await swap(at.order(made.id));
    } catch (trouble) {
      this.press.disabled = false;
      this.wrong.replaceChildren(el("div", { class: "note bad" }, el("p", { text: refusal(trouble) ?? this.acts.trouble(trouble) })));
      this.wrong.scrollIntoView({ block: "nearest" });
    }
  }
}
