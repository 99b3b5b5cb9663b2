// "Why this?": the receipt in plain words, a small picture of the auction, figures behind a disclosure.

import { ask } from "./api.js";
import { el, linkTo, note, sheet } from "./parts.js";
import { at, go } from "./router.js";
import { inWords, lang, perThousand, significant, t, tn } from "./words.js";

const NAMED = 4;

/** Open the sheet of one slot, or of a post that no decision showed where `slot` is null; returns it. */
export function why(slot, acts) {
  const body = el("div", { class: "stack why", "aria-live": "polite" }, slot ? el("p", { class: "soft", text: t("Reading the receipt") }) : unweighed());
  const box = sheet(whyName(slot), t("Close"), body);
  if (slot) fetchInto(box, body, slot, acts);
  return box;
}

/** What the button and the sheet are called. */
export const whyName = (slot) => (slot?.paid || slot?.told?.ad ? t("Why this ad?") : t("Why this?"));

/** What stands for a receipt where none was written. */
export const unweighed = () => el("p", { text: t("This post was opened by its address. Nothing was weighed to show it, so there is no receipt.") });

/** The address of a slot's sheet. */
export const whyOf = (slot) => at.why(slot.item_id, slot.beacon && slot.receipt, slot.slot);

async function fetchInto(box, body, slot, acts) {
  try {
    slot.told ??= await read(slot, acts);
    box.querySelector("h2").textContent = whyName(slot);
    body.replaceChildren(...(slot.told.ad ? await paid(slot, acts, box) : parts(slot.told)));
  } catch (trouble) {
    const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => fetchInto(box, body, slot, acts) });
    const foreign = trouble.code === "receipt_unknown"; // the address was passed on: a receipt is its viewer's alone
    body.replaceChildren(foreign ? unweighed() : note(t("The receipt did not come"), inWords(trouble), again));
  }
}

/** Tell beside the feed, in short, why the post in it is there. */
export async function brief(slot, acts) {
  slot.told ??= await read(slot, acts);
  return [el("p", { class: "sentence", text: slot.told.sentence }), ...(slot.told.ad ? [] : [value(slot.told)]), el("button", { class: "button", type: "button", text: t("Read all of it"), onclick: () => go(whyOf(slot), slot) })];
}

const read = (slot, acts) => {
  const at = acts.position();
  const place = at ? `&latitude=${at.latitude}&longitude=${at.longitude}` : "";
  return ask("GET", `/v1/page/why/${slot.receipt}/${slot.slot}?lang=${lang}${place}`);
};

/** What is told of an ad; the script that tells it is fetched when the first is opened. */
async function paid(slot, acts, box) {
  const { paidParts } = await import("./why-ad.js");
  return [el("p", { class: "sentence", text: slot.told.sentence }), ...paidParts(slot, acts, box), figures(slot.told)];
}

function parts(told) {
  return [
    el("p", { class: "sentence", text: told.sentence }),
    ...reasons(told), value(told), prices(told), others(told),
    el("section", { class: "stack tight" }, el("h3", { text: t("Chance and payment") }), el("p", { text: told.chance }), el("p", { text: told.payment })),
    figures(told),
  ];
}

/** What speaks most for it, each with what the value would lose without it. */
function reasons(told) {
  if (told.untold) return [el("p", { class: "soft small", text: told.untold })];
  if (!told.reasons.length) return [];
  const list = el("ul", { class: "steps because" }, ...told.reasons.map((reason) => el("li", {}, el("span", { class: "what", text: t("Because {reason}", { reason: reason.text }) }), el("span", { class: "figures money", text: perThousand(reason.micros, told.currency) }))));
  return [el("section", { class: "stack tight" }, el("h3", { text: t("What speaks most for it") }), el("p", { class: "soft small", text: t("What a thousand showings would be worth less without it.") }), list)];
}

/** What the post may bring about, as one stacked bar with its parts named. */
function value(told) {
  const good = told.parts.filter((part) => part.micros > 0);
  const bad = told.parts.filter((part) => part.micros < 0);
  const shown = good.slice(0, NAMED);
  const rest = good.slice(NAMED).reduce((sum, part) => sum + part.micros, 0);
  if (rest > 0) shown.push({ name: t("Everything else"), micros: rest, chance: "" });
  const loss = bad.reduce((sum, part) => sum + part.micros, 0);
  const whole = shown.reduce((sum, part) => sum + part.micros, 0);
  const bar = el("div", { class: "bar", "aria-hidden": "true" });
  const list = el("ul", { class: "legend" });
  shown.forEach((part, index) => {
    const piece = el("span", { class: `piece tone-${index}` });
    piece.style.flexGrow = String(part.micros / whole);
    bar.append(piece);
    list.append(row(`tone-${index}`, part.name, part.chance, perThousand(part.micros, told.currency)));
  });
  if (loss < 0) list.append(row("tone-loss", t("If people do not want it"), "", perThousand(loss, told.currency, true)));
  return el("section", { class: "stack tight" },
    el("h3", { text: t("A thousand showings would be worth {money}", { money: perThousand(told.value_micros, told.currency) }) }),
    el("p", { class: "soft small", text: t("What people are likely to do, times what each is worth to this community.") }),
    bar, list);
}

function row(tone, name, chance, money) {
  return el("li", {}, el("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), el("span", { class: "what" }, name, chance ? el("span", { class: "chance soft small figures", text: chance }) : null),
    el("span", { class: "figures money", text: money }));
}

/** What promises add or take, as steps up or down from the value. */
function prices(told) {
  const steps = told.steps.map((step) => ({ ...step, up: step.micros > 0 }));
  const most = Math.max(...[told.value_micros, told.net_micros, ...steps.map((step) => step.micros)].map(Math.abs), 1);
  const line = (name, micros, kind) => {
    const bar = el("span", { class: `step-bar ${kind}`, "aria-hidden": "true" });
    bar.style.width = `${Math.max(1.5, (100 * Math.abs(micros)) / most)}%`;
    return el("li", {}, el("span", { class: "what", text: name }), el("span", { class: "figures money", text: perThousand(micros, told.currency, kind === "up" || kind === "down") }), el("span", { class: "step" }, bar));
  };
  if (!steps.length) {
    return el("section", { class: "stack tight" }, el("h3", { text: t("No promise moved it") }), el("p", { class: "soft small", text: told.by_chance ? t("Every promise of this community is kept for now.") : t("Every promise of this community is kept for now, so the value alone decided.") }));
  }
  return el("section", { class: "stack tight" }, el("h3", { text: t("Promises moved it to {money}", { money: perThousand(told.net_micros, told.currency) }) }),
    el("ul", { class: "steps" }, line(t("Its own value"), told.value_micros, "whole"), ...steps.map((step) => line(step.name, step.micros, step.up ? "up" : "down")), line(t("What it competed with"), told.net_micros, "whole")));
}

function others(told) {
  const text = tn("It was chosen from {n} post.", "It was chosen from {n} posts.", told.candidates);
  if (!told.runner_up) return el("section", { class: "stack tight" }, el("h3", { text }));
  const { runner_up: second } = told;
  const by = second.author_id ? [linkTo(at.person(second.author_id), { text: second.author }), " · "] : [];
  return el("section", { class: "stack tight" }, el("h3", { text }),
    el("p", { class: "small", text: t("The best that was not shown, at {money} a thousand:", { money: perThousand(second.net_micros, told.currency) }) }),
    el("p", { class: "small" }, ...by, linkTo(at.post(second.item_id), { context: "why", text: short(second.text) || t("the post") })));
}

const short = (text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function figures(told) {
  const line = (name, figure) => el("tr", {}, el("th", { scope: "row", text: name }), el("td", { class: "number", text: figure }));
  const table = el("table", { class: "table" }, el("caption", { text: t("Per showing, in millionths of the currency (micros)") }),
    el("tbody", {},
      ...told.parts.map((part) => line(`${part.name} · ${part.chance}`, significant(part.micros, 3))),
      ...told.steps.map((step) => line(step.name, significant(step.micros, 3))),
      line(t("Net"), significant(told.net_micros, 4)), line(t("Payment"), String(told.payment_micros)),
      line(t("Propensity"), significant(told.propensity, 4))));
  return el("details", { class: "figures-all" }, el("summary", { text: t("All figures") }), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("All figures") }, table),
    el("p", { class: "soft small" }, el("code", { text: told.receipt_id })),
    el("p", { class: "soft small", text: told.identical ? t("Decided again from this receipt just now: the same to the bit.") : t("Decided again from this receipt just now: it came out otherwise. Tell the operator.") }));
}
