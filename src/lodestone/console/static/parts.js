// Small parts that every page may use: elements, icons, sheets, what is said aloud.

import { rooted } from "./address.js";
import { go } from "./router.js";
import { t } from "./words.js";

const FILES = new Set(["src", "data-src"]);

/** Make an element. `on...` are listeners, `class` and `text` are what they say, the rest are attributes. */
export function el(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "text") made.textContent = value;
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : FILES.has(key) ? rooted(value) : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element. */
export function svg(name, given = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "text") made.textContent = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Make one of the page's icons; what it means stands beside it or in a label. */
export function icon(name, size = 24) {
  const made = svg("svg", { width: size, height: size, viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" });
  made.append(svg("use", { href: `${document.body.dataset.icons}#${name}` }));
  return made;
}

/**
 * Make a link to an address of this page: a plain click opens it here, any other as the browser opens links.
 * `context` is handed to what opens.
 */
export function linkTo(address, { context = null, ...given }, ...children) {
  return el("a", { href: address, ...given, onclick: (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(address, context);
  } }, ...children);
}

let ends = null;

/**
 * Say something to those who listen, and show it for a moment where it matters to all.
 * With `undo` it offers to take back what was done, for as long as it stands or the pointer or the keyboard rests on it;
 * `gone` is called once it has left without that.
 */
export function say(text, { show = false, undo = null, gone = null } = {}) {
  const toast = document.getElementById("toast");
  document.getElementById("said").textContent = undo ? `${text}. ${t("Press Z to take it back.")}` : text;
  if (!show) return;
  ends?.(false);
  const end = (back) => {
    if (ends !== end) return;
    clearTimeout(say.timer);
    ends = null;
    toast.hidden = true;
    (back ? undo : gone)?.();
  };
  ends = end;
  const wait = () => (say.timer = setTimeout(() => end(false), undo ? 6000 : 4000));
  const stay = () => clearTimeout(say.timer);
  const button = undo && el("button", { class: "button plain", type: "button", text: t("Take it back"), onclick: () => end(true), onfocus: stay, onblur: wait });
  toast.replaceChildren(el("span", { "aria-hidden": "true", text }), ...(button ? [button] : []));
  toast.onpointerenter = undo && stay;
  toast.onpointerleave = undo && wait;
  toast.hidden = false;
  stay();
  wait();
}

/** End what is shown for a moment: take back what it offers to, or let it be done now. */
export const settle = (back = false) => ends?.(back);

/** Open a sheet that slides up; it closes by its button, Escape or a touch beside it. */
export function sheet(title, close, body) {
  const heading = el("h2", { id: `sheet-${Date.now()}`, text: title });
  const made = el("dialog", { class: "sheet", "aria-labelledby": heading.id },
    el("div", { class: "sheet-top" }, heading,
      el("button", { class: "button plain", type: "button", "aria-label": close, onclick: () => made.close() }, icon("close"))),
    el("div", { class: "sheet-body", tabindex: "0", role: "region", "aria-labelledby": heading.id }, body));
  made.addEventListener("click", (event) => event.target === made && made.close());
  made.addEventListener("close", () => made.remove());
  document.body.append(made);
  made.showModal();
  return made;
}

/** One row of a sheet's choices: what it does, and in small what comes of it. */
export const choice = (name, text, hint, work) => el("li", {}, el("button", { class: "choice", type: "button", onclick: work }, icon(name), el("span", { class: "person-words" }, el("strong", { text }), el("span", { class: "soft small", text: hint }))));

/** What went wrong, that nothing was lost, what to do. */
export function note(title, text, action) {
  return el("div", { class: "empty" }, el("h2", { text: title }), el("p", { class: "soft", text }), action);
}
