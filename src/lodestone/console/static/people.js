// Choose through whose eyes to look: the demo, on this machine alone.

import { become, residents } from "./api.js";
import { el, icon, note, say, sheet } from "./parts.js";
import { inWords, t, tn } from "./words.js";

/** Open the sheet, and return it; `acts.became()` is called once somebody else looks. */
export function people(me, acts) {
  const list = el("ul", { class: "people", "aria-live": "polite" });
  const search = el("input", { class: "input", id: "who", type: "search", autocomplete: "off", oninput: () => later(() => fill(list, search.value, me, acts, box)) });
  const box = sheet(t("Look as"), t("Close"), el("div", { class: "stack" },
    el("p", { class: "soft", text: t("This is a demo: every resident is invented. Each of them sees another feed.") }),
    el("div", { class: "field" }, el("label", { for: "who", text: t("Name or trade") }), search), list));
  fill(list, "", me, acts, box);
  return box;
}

function later(work) {
  clearTimeout(later.timer);
  later.timer = setTimeout(work, 200);
}

async function fill(list, text, me, acts, box) {
  try {
    const { data } = await residents(text);
    list.replaceChildren(...(data.length ? data.map((one) => el("li", {}, person(one, me, acts, box))) : [el("li", {}, note(t("Nobody of that name"), t("Try another name, or a trade."), null))]));
  } catch (trouble) {
    list.replaceChildren(el("li", {}, note(t("The list did not come"), inWords(trouble), null)));
  }
}

function person(one, me, acts, box) {
  const facts = [one.profession, one.place, one.interests.join(" "), one.minor ? t("a child's account") : null, one.personalised ? null : t("not personalised")];
  return el("button", { class: "person", type: "button", "aria-current": one.id === me?.id ? "true" : null, onclick: async () => {
    box.close();
    await acts.leaving();
    await become(one.id);
    say(t("You look as {name} now", { name: one.name }), { show: true });
    await acts.became();
  } },
  el("span", { class: "initial", "aria-hidden": "true", text: [...one.name][0] }),
  el("span", { class: "person-words" }, el("strong", { text: one.name }), el("span", { class: "soft small", text: facts.filter(Boolean).join(" · ") }), el("span", { class: "soft small", text: tn("follows {n} person", "follows {n} people", one.following) })),
  one.id === me?.id ? icon("tick") : null);
}
