// "Why this ad?": who pays, for what, why this viewer, and the ways to stop it.

import { ask } from "./api.js";
import { choice, el, linkTo, say } from "./parts.js";
import { askReason } from "./reporting.js";
import { at } from "./router.js";
import { inWords, t } from "./words.js";

/**
 * The parts of the sheet that are an ad's own.
 * @param {object} slot with what was `told` of it
 * @param {{deeds: import("./deeds.js").Deeds, consented: () => Promise<void>}} acts
 * @param {HTMLDialogElement} box the sheet
 */
export function paidParts(slot, acts, box) {
  const { ad } = slot.told;
  return [
    section(t("Who pays, and for what"), who(ad), el("p", { text: ad.paid_for })),
    section(t("Why you"), el("ul", { class: "plain-list stack tight" }, ...ad.reasons.map((text) => el("li", { text }))), el("p", { class: "soft small", text: ad.used })),
    section(t("How it was chosen"), el("p", { text: ad.chosen })),
    section(t("How to stop it"), stops(slot, acts, box)),
  ];
}

const section = (title, ...parts) => el("section", { class: "stack tight" }, el("h3", { text: title }), ...parts);

function who(ad) {
  if (ad.shop_id) return el("p", {}, linkTo(at.shop(ad.shop_id), { text: ad.payer }));
  return ad.author_id ? el("p", {}, linkTo(at.person(ad.author_id), { text: ad.payer })) : el("p", { text: ad.payer });
}

function stops(slot, { deeds, consented }, box) {
  const { ad } = slot.told;
  const refuse = (type, text, more) => deeds.refuse(box, ad.item_id, slot, type, text, more);
  const list = el("ul", { class: "choices" }, choice("hide", t("Hide this ad"), t("It will not come again."), () => refuse("hide", t("Hidden"))));
  if (ad.author_id && ad.author_id !== deeds.session.me.id) {
    list.append(choice("close", t("Hide all ads of {name}", { name: ad.payer }), t("Their posts come as before. You can take it back on the page of {name}.", { name: ad.author }), () => hideAll(ad, deeds, box)));
  }
  if (ad.personalised) list.append(choice("less", t("Turn personalised ads off"), t("Ads and posts then go by place, language, the page and the hour, not by what you did. You can turn it on again on your page."), () => withdraw(consented, box)));
  list.append(choice("flag", t("Report this ad"), t("Tell those who look after this community that it breaks the rules."), () => askReason(box, (reason) => refuse("report", t("Reported. Thank you"), { reason }))));
  return list;
}

/** Let no ads come of whose these are; it can be taken back for a moment here, and on their page. */
async function hideAll({ author_id: id, payer: name }, deeds, box) {
  const path = `/v1/page/people/${encodeURIComponent(id)}/hidden-ads`;
  if (!(await done(() => ask("PUT", path)))) return;
  box.close();
  deeds.withoutAds(id);
  say(t("Ads of {name} are hidden", { name }), { show: true, undo: async () => {
    if (await done(() => ask("DELETE", path))) say(t("Ads of {name} may come again", { name }), { show: true });
  } });
}

/** Let nothing that the viewer did shape their feed. */
async function withdraw(consented, box) {
  const put = async (personalisation) => {
    const { consent } = await ask("GET", "/v1/page/mine");
    await ask("PUT", "/v1/page/mine/consent", { ...consent, personalisation });
  };
  if (!(await done(() => put(false)))) return;
  box.close();
  say(t("Personalised ads are off"), { show: true, undo: async () => {
    if (await done(() => put(true))) await consented();
  } });
  await consented();
}

/** Do something; say why where it could not be done. */
async function done(work) {
  try {
    await work();
    return true;
  } catch (trouble) {
    say(inWords(trouble), { show: true });
    return false;
  }
}
