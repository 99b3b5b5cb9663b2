// What was bought: the list, one order with its life, and the voucher that is shown at the shop.

import { rooted } from "./address.js";
import { ask, demo, now } from "./api.js";
import { el, icon, note, sheet, svg } from "./parts.js";
import { date, dayOf, moment, price } from "./money.js";
import { refusal } from "./refusals.js";
import { at, go } from "./router.js";
import { shopRow } from "./shops.js";
import { t, tn } from "./words.js";

const EVERY = 3000;
const STATES = {
  waiting: () => t("In line"), reserved: () => t("Reserved"), paid: () => t("Paid"), fulfilled: () => t("Done"), refunded_in_part: () => t("Refunded in part"),
  refunded: () => t("Refunded"), cancelled: () => t("Cancelled"), expired: () => t("Run out"),
};
const MOVES = {
  admit: () => t("Reserved"), pay: () => t("Paid"), fulfil: () => t("Handed over"), refund_part: () => t("Refunded in part"), refund_whole: () => t("Refunded"),
  cancel: () => t("Cancelled"), expire: () => t("Run out"), redeem: () => t("Redeemed"), reverse: () => t("Redemption taken back"),
};
const LEFT = { used: () => t("Redeemed"), refunded: () => t("Refunded"), expired: () => t("Run out") };

/** Where an order stands, in a sentence: what the buyer has to do next, if anything. */
function sentence({ order, shop, payable_here }, zone) {
  const until = order.expires_at && moment(order.expires_at, zone, now());
  if (order.state === "waiting") return tn("You are in line: {n} order stands before yours.", "You are in line: {n} orders stand before yours.", order.place ?? 0);
  if (order.state === "reserved") return payable_here ? t("Held for you until {time}. Pay to make it yours.", { time: until }) : t("Held for you until {time}. Your app takes the payment.", { time: until });
  if (order.state === "paid") {
    return { redeem: () => t("Paid. Show this code at {shop}.", { shop: shop.name }), pickup: () => t("Paid. Pick it up at {shop}.", { shop: shop.name }), delivery: () => t("Paid. {shop} brings it to you.", { shop: shop.name }) }[order.fulfilment]();
  }
  return { fulfilled: () => t("Done. Nothing more to do."), refunded_in_part: () => t("{amount} of it went back to you.", { amount: price(order.refunded) }), refunded: () => t("All of it went back to you."),
    cancelled: () => t("Cancelled. Nothing is owed."), expired: () => t("The time ran out before it was paid. Nothing is owed.") }[order.state]();
}

/** Open one order's sheet, which follows the order while it is open; returns it. */
export function order(id, acts) {
  const body = el("div", { class: "stack order", "aria-live": "polite" }, el("p", { class: "soft", text: t("Fetching the order") }));
  const box = sheet(t("Your order"), t("Close"), body);
  const shown = new Shown(id, body, acts);
  shown.read();
  const timer = setInterval(() => document.hidden || shown.read({ quietly: true }), EVERY);
  box.addEventListener("close", () => clearInterval(timer));
  return box;
}

class Shown {
  constructor(id, body, acts) {
    Object.assign(this, { id, body, acts, was: "" });
    this.path = `/v1/page/orders/${encodeURIComponent(id)}`;
  }

  async read({ quietly = false } = {}) {
    try {
      const told = await ask("GET", `${this.path}${this.acts.query()}`);
      const text = JSON.stringify([told.order, told.vouchers, told.payable_here]);
      if (text === this.was) return;
      this.was = text;
      const focused = this.body.contains(document.activeElement);
      this.body.replaceChildren(...this.#parts(told));
      if (focused) this.body.querySelector("button")?.focus();
    } catch (trouble) {
      if (quietly) return; // what is shown stays, and is asked for again
      const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => this.read() });
      const gone = trouble.code === "order_unknown" ? note(t("There is no such order of yours"), t("It may be somebody else's. What you bought stands under “My orders”."), null) : null;
      this.body.replaceChildren(gone ?? note(t("The order did not come"), this.acts.trouble(trouble), again));
    }
  }

  #parts(told) {
    const { order: one, shop } = told;
    const zone = this.acts.zone();
    this.wrong = el("div", { role: "alert" });
    return [
      el("p", { class: "row between" }, el("span", { class: "row" }, tag(one.state), el("span", { class: "small figures", text: t("Order {short}", { short: one.id.slice(-6).toUpperCase() }) })), el("span", { class: "soft small figures", text: moment(one.created_at, zone, now()) })),
      el("p", { class: "sentence", text: sentence(told, zone) }),
      ...told.vouchers.map((seen) => voucher(seen, zone)),
      this.#actions(told), this.wrong, lines(one), one.address ? address(one.address) : null, life(one, zone),
      shopRow(shop), demo && one.state === "paid" ? desk(shop) : null,
    ].filter(Boolean);
  }

  #actions({ order: one, payable_here }) {
    const act = (path, text, kind, body) => el("button", { class: `button ${kind}`, type: "button", text, onclick: (event) => this.#move(event.target, path, body) });
    const pay = one.moves.includes("pay") && payable_here ? act(`${this.path}/pay`, t("Pay {amount}", { amount: price(one.total) }), "main grow") : null;
    const open = one.state === "reserved" || one.state === "waiting";
    const cancel = one.moves.includes("cancel") && open ? act(`/v1/orders/${encodeURIComponent(this.id)}/cancel`, t("Cancel the order"), "") : null;
    const hint = pay ? el("p", { class: "soft small", text: t("This is a demo: no money moves, the book writes it down as if it had.") }) : null;
    return pay || cancel ? el("div", { class: "stack tight" }, el("div", { class: "row" }, pay, cancel), hint) : null;
  }

  async #move(button, path, body) {
    button.disabled = true;
    try {
      await ask("POST", path, body);
      await this.read();
    } catch (trouble) {
      button.disabled = false;
      this.wrong.replaceChildren(el("div", { class: "note bad" }, el("p", { text: refusal(trouble) ?? this.acts.trouble(trouble) })));
    }
  }
}

const tag = (state) => el("span", { class: `tag ${state}`, text: STATES[state]() });

/** A voucher: its code as a picture and in letters, how often it is good and until when. */
function voucher({ voucher: one, qr }, zone) {
  const uses = one.count > 1 ? tn("Good {n} more time", "Good {n} more times", one.left) : t("Good once");
  const facts = [one.date ? dayOf(one.date) : null, one.state === "open" ? uses : LEFT[one.state](), one.state === "open" ? t("until {date}", { date: date(Date.parse(one.expires_at) - 1000, zone) }) : null];
  return el("section", { class: "voucher", "aria-label": t("Voucher") },
    qr ? svg("svg", { class: "qr", viewBox: `0 0 ${qr.size} ${qr.size}`, role: "img", "aria-label": t("The voucher's code as a picture"), "shape-rendering": "crispEdges" }, svg("rect", { class: "qr-ground", width: qr.size, height: qr.size }), svg("path", { class: "qr-ink", d: qr.path })) : null,
    one.state === "open" ? shortened(one.id) : null,
    one.state === "open" ? el("p", { class: "voucher-code" }, el("code", { text: one.code })) : null,
    el("p", { class: "small" }, el("strong", { text: one.name }), el("br"), el("span", { class: "soft", text: facts.filter(Boolean).join(" · ") })));
}

/** Show a voucher's short code once its script has come; should it not come, the long one stands there all the same. */
function shortened(voucher) {
  const room = el("div", { hidden: true });
  import("./short_code.js").then(({ shortCode }) => room.replaceWith(shortCode(voucher)), () => room.remove());
  return room;
}

function lines(one) {
  const row = (name, amount) => el("div", {}, el("dt", { text: name }), el("dd", { class: "figures", text: amount }));
  return el("dl", { class: "pairs sums" }, ...one.lines.map((line) => row([line.quantity > 1 ? `${line.quantity} × ` : "", line.name, line.date ? ` · ${dayOf(line.date)}` : ""].join(""), price(line.total))),
    row(t("In all"), price(one.total)), one.refunded.micros ? row(t("Refunded"), price(one.refunded)) : null);
}

function address(to) {
  return el("p", { class: "small" }, el("strong", { text: t("Sent to") }), " ", [to.text, to.name, to.phone].filter(Boolean).join(", "));
}

/** What happened to the order, in order. */
function life(one, zone) {
  const taken = { text: one.history[0]?.move === "admit" ? t("In line") : t("Reserved"), at: one.created_at };
  const moves = one.history.map((step) => ({ text: (MOVES[step.move] ?? STATES[step.state])(), at: step.at, amount: step.amount }));
  const steps = MOVES[one.history[0]?.move] || !one.history.length ? [taken, ...moves] : moves;
  return el("ol", { class: "life", "aria-label": t("What happened") }, ...steps.map((step) => el("li", {}, el("span", { text: step.text }), step.amount?.micros ? el("span", { class: "soft figures", text: price(step.amount) }) : null, el("time", { class: "soft figures", datetime: step.at, text: moment(step.at, zone, now()) }))));
}

const desk = (shop) => el("p", { class: "soft small" }, t("This is a demo: play the merchant too."), " ", el("a", { href: rooted(`/merchant?shop=${encodeURIComponent(shop.id)}`), target: "_blank", text: t("Open the merchant's desk") }));

/** Open the list of what the viewer has bought; returns the sheet. */
export function orders(acts) {
  const list = el("ul", { class: "choices" });
  const more = el("button", { class: "button", type: "button", text: t("Show more"), hidden: true });
  const state = el("div", { role: "status" }, el("p", { class: "soft", text: t("Fetching your orders") }));
  fill(list, state, more, acts, null);
  return sheet(t("My orders"), t("Close"), el("div", { class: "stack" }, state, list, more));
}

async function fill(list, state, more, acts, before) {
  more.hidden = true; // asked for once
  try {
    const told = await ask("GET", `/v1/page/orders${before ? `?before=${encodeURIComponent(before)}` : ""}`);
    state.replaceChildren();
    if (!told.data.length && !before) state.replaceChildren(note(t("Nothing bought yet"), t("What you buy on the spot will stand here, with its voucher and its way to you."), null));
    list.append(...told.data.map((one) => el("li", {}, line(one, acts))));
    more.hidden = told.next_before === null;
    more.onclick = () => fill(list, state, more, acts, told.next_before);
  } catch (trouble) {
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => fill(list, state, more, acts, before) });
    state.replaceChildren(note(t("Your orders did not come"), acts.trouble(trouble), again));
  }
}

function line({ order: one, shop_name, media }, acts) {
  const [first, ...rest] = one.lines;
  const name = rest.length ? tn("{name} and {n} more", "{name} and {n} more", rest.length, { name: first.name }) : first.name;
  return el("button", { class: "choice", type: "button", "aria-haspopup": "dialog", onclick: () => go(at.order(one.id)) },
    media ? el("img", { class: "map-thumb", src: media.url, alt: "" }) : el("span", { class: "map-thumb shop-thumb", "aria-hidden": "true" }, icon("bag")),
    el("span", { class: "person-words" }, el("strong", { text: name }), el("span", { class: "soft small", text: `${shop_name} · ${moment(one.created_at, acts.zone(), now())}` })),
    el("span", { class: "order-end" }, el("strong", { class: "figures", text: price(one.total) }), tag(one.state)));
}
