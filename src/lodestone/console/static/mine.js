// My own page: what I like, whom I follow, what I have joined and bought, and what of mine may be used.

import { ask, demo } from "./api.js";
import { grid } from "./grid.js";
import { el, icon, linkTo, note, say } from "./parts.js";
import { bar, initial } from "./person.js";
import { at, go } from "./router.js";
import { inWords, t, tn } from "./words.js";

/**
 * Make the viewer's own page.
 * @param {import("./session.js").Session} session
 * @param {() => Promise<void>} consented is called once the viewer has said what may be used
 */
export function myPage(session, consented) {
  const top = bar(t("My page"));
  const body = el("div", { class: "page-body stack" }, el("p", { class: "soft", role: "status", text: t("Fetching the page") }));
  read(session, consented, body);
  return el("section", { class: "person-page", tabindex: "-1", "aria-labelledby": (top.heading.id = `page-${Date.now()}`) }, top.root, body);
}

async function read(session, consented, body) {
  try {
    const page = await ask("GET", "/v1/page/mine");
    body.replaceChildren(head(session.me), ways(session.me), saved(page.saved), likes(page.likes), following(page.following), channels(session.me), consent(page, consented), everything());
  } catch (trouble) {
    const retry = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => read(session, consented, body) });
    body.replaceChildren(note(t("The page did not come"), inWords(trouble), retry));
  }
}

function head(me) {
  const facts = [me.profession?.name, me.place].filter(Boolean).join(" · ");
  return el("div", { class: "person-head" }, initial(me.name), el("div", { class: "stack tight" }, el("p", { class: "person-name", text: me.name }), facts ? el("p", { class: "soft", text: facts }) : null,
    el("p", {}, linkTo(at.person(me.id), { text: t("How others see me") }))));
}

function ways() {
  const button = (name, text, address) => el("button", { class: "button", type: "button", "aria-haspopup": "dialog", onclick: () => go(address) }, icon(name), text);
  return el("div", { class: "row" }, button("bag", t("My orders"), at.orders()), button("flag", t("Decisions about your posts"), at.reviews()), button("menu", t("Settings and help"), at.settings()), demo ? button("following", t("Look as somebody else"), at.who()) : null);
}

function section(title, ...parts) {
  return el("section", { class: "stack tight" }, el("h3", { text: title }), ...parts);
}

const saved = (page) => section(t("What I saved"), page.data.length ? grid(page, "/v1/page/mine/saved") : el("p", { class: "soft", text: t("What you save under “More” will stand here.") }));

const likes = (page) => section(t("What I like"), page.data.length ? grid(page, "/v1/page/mine/likes") : el("p", { class: "soft", text: t("What you like will stand here.") }));

function following(people) {
  if (!people.length) return section(t("Whom I follow"), el("p", { class: "soft", text: t("Whom you follow will stand here.") }));
  const row = (person) => el("li", {}, linkTo(at.person(person.id), { class: "person" }, el("span", { class: "initial", "aria-hidden": "true", text: [...person.name][0] }),
    el("span", { class: "person-words" }, el("strong", { text: person.name }), person.trade ? el("span", { class: "soft small", text: person.trade }) : null)));
  return section(t("Whom I follow"), el("p", { class: "soft small", text: tn("{n} person", "{n} people", people.length) }), el("ul", { class: "people" }, ...people.map(row)));
}

function channels(me) {
  const joined = me.channels.filter((area) => area.joined);
  if (!joined.length) return section(t("My channels"), el("p", { class: "soft", text: t("Channels that you join will stand here.") }));
  return section(t("My channels"), el("ul", { class: "row plain-list" }, ...joined.map((area) => el("li", {}, linkTo(at.channel(area.id), { class: "button", text: area.name })))));
}

const USES = {
  personalisation: [() => t("What I did may shape my feed"), () => t("Without it you see what everybody sees: near, new and worth it, but not chosen for you.")],
  position: [() => t("Where I live and am may shape my feed"), () => t("Without it there is no distance, no map and nothing near you.")],
  shown_at_home: [() => t("Others may see on the map where I live"), () => t("To about a hundred metres. Never without the choice above.")],
};

/** What may be used, each with a switch. */
function consent(page, consented) {
  const given = { ...page.consent };
  const row = (name) => {
    const box = el("input", { type: "checkbox", role: "switch", class: "switch", id: `use-${name}`, checked: given[name], "aria-describedby": `use-${name}-hint`, onchange: () => change(name, box) });
    return el("div", { class: "use" }, el("label", { for: `use-${name}`, text: USES[name][0]() }), box, el("p", { class: "soft small", id: `use-${name}-hint`, text: USES[name][1]() }));
  };
  const change = async (name, box) => {
    box.disabled = true;
    try {
      Object.assign(given, await ask("PUT", "/v1/page/mine/consent", { ...given, [name]: box.checked }));
      say(t("Saved"), { show: true });
      await consented();
    } catch (trouble) {
      box.checked = given[name];
      say(inWords(trouble), { show: true });
    }
    box.disabled = false;
    box.focus();
  };
  return section(t("What Lodestone may use"), ...Object.keys(USES).filter((name) => name !== "shown_at_home" || !page.minor).map(row), el("p", { class: "soft small", text: t("Your feed goes by this from the next post on. Your app can change it too.") }));
}

/** Everything held, as a file. */
function everything() {
  const button = el("button", { class: "button", type: "button", text: t("Get everything as a file"), onclick: async () => {
    button.disabled = true;
    try {
      const data = await ask("GET", "/v1/page/mine/export");
      const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
      el("a", { href: url, download: "lodestone-my-data.json" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      say(t("Here is your file"), { show: true });
    } catch (trouble) {
      say(inWords(trouble), { show: true });
    }
    button.disabled = false;
  } });
  return section(t("My data"), el("p", { class: "small", text: t("Everything kept about you: what you posted, did, bought and joined, and where you were when you asked. To have it erased, ask your app.") }), el("div", { class: "row" }, button));
}
