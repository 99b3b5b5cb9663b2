// The five tabs: what each is called, what it asks the engine for, what it says when there is nothing.

import { el, note } from "./parts.js";
import { t } from "./words.js";

export const LABELS = { discover: () => t("Discover"), nearby: () => t("Nearby"), channels: () => t("Channels"), trade: () => t("My trade"), following: () => t("Following") };
const TAB_OF = { discover: "discover", place: "nearby", channel: "channels", profession: "trade", following: "following" };

/** What a feed is called that asks for this. */
export const labelOf = ({ surface }) => LABELS[TAB_OF[surface]]();

/** What a tab asks for; `channel` is the one chosen. */
export function askedBy(tab, me, channel) {
  if (tab === "nearby") return { surface: "place", slots: 20 };
  if (tab === "channels") return { surface: "channel", domain_id: channel };
  if (tab === "trade") return { surface: "profession", domain_id: me.profession?.id };
  return { surface: tab };
}

/** What an empty feed says, and the one action that fills it. */
export function empty({ surface }, discover) {
  const go = el("button", { class: "button main", type: "button", text: t("Go to Discover"), onclick: discover });
  const texts = {
    discover: [t("Nothing new for you"), t("You have seen what there is. New posts come as people make them.")],
    following: [t("Nothing from those you follow"), t("Follow somebody on Discover and their posts gather here."), go],
    place: [t("Nothing new around you"), t("Posts from within ten kilometres gather here."), go],
    channel: [t("Nothing new in this channel"), t("Posts for this channel gather here.")],
    profession: [t("Nothing new from your trade"), t("Posts from people of your trade gather here.")],
  };
  return texts[surface];
}

/** What stands in place of a tab's feed while something is not known of the viewer; null where all is. */
export function missing(tab, me, channel, { position, locate }) {
  if (tab === "trade" && !me.profession) return note(t("Your trade is not known"), t("Once your app tells what you do, posts from people of your trade gather here."), null);
  if (tab === "channels" && !channel) return note(t("There is no channel yet"), t("Channels appear here once the operator makes some."), null);
  if (tab === "nearby" && me.minor) return note(t("Not for children's accounts"), t("Nothing here is chosen by where a child is."), null);
  if (tab === "nearby" && !me.position && !position) {
    return note(t("Where you are is not known"), t("Nearby shows posts and shops within ten kilometres of you. This device can say where you are; it is used for this page only."),
      el("button", { class: "button main", type: "button", text: t("Use this device's place"), onclick: locate }));
  }
  return null;
}
