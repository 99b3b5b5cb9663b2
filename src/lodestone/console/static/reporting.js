// Why somebody reports a post: one of a few reasons, asked before the report is kept.

import { el } from "./parts.js";
import { t } from "./words.js";

/** Reasons by the words of the event: what each is called, and what it means. */
export const REASONS = {
  spam: () => [t("Advertising or spam"), t("Sells something, again and again, or leads elsewhere.")],
  fraud: () => [t("Fraud"), t("Wants money or data under false pretences.")],
  false: () => [t("False information"), t("Says what is not so, and may do harm.")],
  harassment: () => [t("Insults or harassment"), t("Attacks somebody, or a group of people.")],
  violence: () => [t("Violence or danger"), t("Shows or calls for violence or self-harm.")],
  sexual: () => [t("Sexual content"), t("Nudity, or somebody shown as a thing.")],
  minors: () => [t("Harm to children"), t("Shows or endangers somebody under age.")],
  privacy: () => [t("Somebody's privacy"), t("Shows a person, an address or a number without consent.")],
  other: () => [t("Something else"), t("It breaks the rules in another way.")],
};

/** Ask in a sheet that is open for the reason of a report. @param {(reason: string) => void} chosen is told the word that was chosen */
export function askReason(box, chosen) {
  const choice = (reason) => {
    const [text, hint] = REASONS[reason]();
    const words = el("span", { class: "person-words" }, el("strong", { text }), el("span", { class: "soft small", text: hint }));
    return el("li", {}, el("button", { class: "choice", type: "button", onclick: () => chosen(reason) }, words));
  };
  box.querySelector("h2").textContent = t("What is wrong with it?");
  box.querySelector(".sheet-body").replaceChildren(el("ul", { class: "choices" }, ...Object.keys(REASONS).map(choice)));
  box.querySelector(".choice").focus();
}
