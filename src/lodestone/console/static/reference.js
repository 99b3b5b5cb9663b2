// Every route: a search that stands in the address, folds that open by their address, copying, trying.

import { el } from "./parts.js";
import { trial } from "./trial.js";
import { t, tn } from "./words.js";

const routes = [...document.querySelectorAll("details.route")].map((node) => ({
  node,
  text: node.dataset.search,
  counts: !node.classList.contains("shape"),
}));
const groups = [...document.querySelectorAll("section.group")];
const field = document.getElementById("q");
const counted = document.getElementById("counted");
const language = document.getElementById("language");

/** Show the routes that have every word of the search. */
function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const route of routes) {
    route.node.hidden = !words.every((word) => route.text.includes(word));
    if (!route.node.hidden && route.counts) count += 1;
  }
  for (const group of groups) group.hidden = !group.querySelector("details.route:not([hidden])");
  counted.textContent = words.length ? (count ? tn("{n} route", "{n} routes", count) : t("No route has these words.")) : "";
}

/** Keep the search in the address, so that a link shows the same. */
function remember(text) {
  const address = new URL(location.href);
  if (text) address.searchParams.set("q", text);
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
  const other = new URL(language.href);
  if (text) other.searchParams.set("q", text);
  else other.searchParams.delete("q");
  language.href = other.href;
}

/** Open the route that the address names, even one that the search has hidden. */
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details.route");
  if (!fold) return;
  if (fold.hidden) {
    field.value = "";
    filter("");
    remember("");
  }
  fold.open = true;
  fold.scrollIntoView({ block: "start" });
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = t("Copied");
  } catch {
    button.textContent = t("Copying is not allowed here");
  }
  setTimeout(() => (button.textContent = t("Copy")), 2000);
}

function offerCopy(block) {
  const button = el("button", { class: "copy", type: "button", text: t("Copy") });
  button.addEventListener("click", () => copy(button, block.querySelector("code").textContent));
  block.querySelector(".code-top").append(button);
}

function prepare(fold) {
  if (fold.dataset.ready || !fold.open) return;
  fold.dataset.ready = "yes";
  fold.querySelectorAll(".code").forEach(offerCopy);
  if (fold.dataset.trial) fold.querySelector(".route-body").append(trial(JSON.parse(fold.dataset.trial)));
}

for (const { node } of routes) {
  node.addEventListener("toggle", () => prepare(node));
  prepare(node);
}
document.querySelectorAll(".setup .code").forEach(offerCopy);
field.form.hidden = false;
field.form.addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", () => {
  filter(field.value);
  remember(field.value.trim());
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  field.focus();
});
addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
  // A link to the place one is at moves nothing: open it all the same.
  if (event.target.closest(`a[href="${location.hash}"]`)) reveal();
});
if (matchMedia("(max-width: 63.99rem)").matches) document.querySelector(".groups details").open = false;
field.value = new URLSearchParams(location.search).get("q") || "";
if (field.value) {
  filter(field.value);
  remember(field.value.trim());
}
reveal();
