// A live room's page: whether it is on, whose it is, what is sold in it, and the way to watch.

import { ask } from "./api.js";
import { el, icon, linkTo, note } from "./parts.js";
import { bar } from "./person.js";
import { at, go } from "./router.js";
import { item } from "./shops.js";
import { lang, t, tn } from "./words.js";

const STATES = { draft: () => t("Will begin"), live: () => t("On now"), ended: () => t("Over") };
const SAID = {
  draft: () => t("It has not begun. Come back to this address, or follow its host."),
  live: () => t("It is on now."),
  ended: () => t("It is over and does not come back."),
};

/**
 * Make the page of a live room.
 * @param {string} id
 * @param {object} acts how trouble is said, see `shop` of viewer.js
 */
export function livePage(id, acts) {
  const top = bar(t("Live room"));
  const body = el("div", { class: "page-body stack" }, el("p", { class: "soft", role: "status", text: t("Fetching the page") }));
  const root = el("section", { class: "person-page live-page", tabindex: "-1", "data-room": id, "aria-labelledby": (top.heading.id = `page-${Date.now()}`) }, top.root, body);
  read(id, acts, body, top.heading);
  return root;
}

async function read(id, acts, body, heading) {
  try {
    const room = await ask("GET", `/v1/page/live/${encodeURIComponent(id)}`);
    heading.textContent = room.title;
    body.replaceChildren(...parts(room, () => read(id, acts, body, heading)));
  } catch (trouble) {
    const gone = trouble.code === "room_unknown";
    const retry = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => read(id, acts, body, heading) });
    const onward = el("button", { class: "button main", type: "button", text: t("Go to Discover"), onclick: () => go(at.tab("discover")) });
    body.replaceChildren(gone ? note(t("This live room is not here any more"), t("It was taken back, or a letter of the link is missing."), onward) : note(t("The page did not come"), acts.trouble(trouble), retry));
  }
}

function parts(room, anew) {
  const picture = room.media.find((medium) => medium.type.startsWith("image/"));
  return [
    picture ? el("img", { class: "buy-picture", src: picture.url, alt: "" }) : null,
    el("div", { class: "stack tight" },
      el("p", { class: "row" }, el("span", { class: `tag${room.state === "live" ? " kept" : ""}`, text: STATES[room.state]() }), el("span", { class: "soft small", text: when(room) })),
      el("p", { class: "person-name", text: room.title }),
      room.host_id ? el("p", { class: "small" }, t("Hosted by"), " ", linkTo(at.person(room.host_id), { text: room.host_name })) : null,
      el("p", { class: "soft", role: "status", text: SAID[room.state]() }),
      room.text ? el("p", { class: "small", text: room.text }) : null),
    room.state === "live" ? el("div", { class: "row" }, el("button", { class: "button main", type: "button", onclick: () => go(at.post(room.id), room) }, icon("play"), t("Watch"))) : null,
    room.state === "draft" ? el("div", { class: "row" }, el("button", { class: "button", type: "button", text: t("See whether it has begun"), onclick: anew })) : null,
    room.goods.length ? el("section", { class: "stack tight" }, el("h3", { text: t("What it sells") }), el("ul", { class: "choices" }, ...room.goods.map((good) => el("li", {}, item(good))))) : null,
  ].filter(Boolean);
}

/** When it began or ended, and how many watch. */
function when(room) {
  const moment = (time) => new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
  if (room.state === "ended") return room.ended_at ? t("ended {time}", { time: moment(room.ended_at) }) : "";
  if (room.state === "draft") return "";
  const since = room.started_at ? t("since {time}", { time: moment(room.started_at) }) : "";
  return [since, room.viewers ? tn("{n} watches", "{n} watch", room.viewers) : ""].filter(Boolean).join(" · ");
}
