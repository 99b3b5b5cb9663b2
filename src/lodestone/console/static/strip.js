// The row above the feed: channels to choose from, the trade, whether one has joined.

import { ask } from "./api.js";
import { el, say } from "./parts.js";
import { at, go } from "./router.js";
import { inWords, t, tn } from "./words.js";

const holder = document.getElementById("strip");

/** Put parts into the row; without any it is not there. */
export function strip(...parts) {
  holder.replaceChildren(...parts);
  holder.hidden = !parts.length;
  holder.querySelector('[aria-pressed="true"]')?.scrollIntoView({ inline: "center", block: "nearest" });
}

/** Channels to choose from, and whether the viewer has joined the one that is shown. */
export function channels(areas, shown) {
  const chip = (area) => el("button", { class: "chip", type: "button", "aria-pressed": String(area.id === shown), text: area.name, onclick: () => go(at.channel(area.id)) });
  const area = areas.find((some) => some.id === shown);
  return [el("div", { class: "chips", role: "group", "aria-label": t("Channels") }, ...areas.map(chip)), ...(area ? [join(area)] : [])];
}

/** The viewer's trade. */
export const trade = (area) => [el("p", { class: "strip-name", text: area.name }), join(area)];

function join(area) {
  const text = () => (area.joined ? t("Joined") : t("Join"));
  const label = () => `${text()}: ${area.name}, ${tn("{n} member", "{n} members", area.members)}`;
  const button = el("button", { class: "follow", type: "button", "aria-pressed": String(area.joined), "aria-label": label(), text: text(), onclick: async () => {
    try {
      const answer = await ask(area.joined ? "DELETE" : "PUT", `/v1/page/domains/${encodeURIComponent(area.id)}`);
      area.members += answer.joined === area.joined ? 0 : answer.joined ? 1 : -1;
      area.joined = answer.joined;
      say(area.joined ? t("You have joined {name}", { name: area.name }) : t("You have left {name}", { name: area.name }), { show: true });
    } catch (trouble) {
      say(inWords(trouble), { show: true });
    }
    button.setAttribute("aria-pressed", String(area.joined));
    button.setAttribute("aria-label", label());
    button.textContent = text();
  } });
  return button;
}
