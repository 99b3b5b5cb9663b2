// The window while the town runs: asks every few seconds for what has changed, and puts it in its place.
import { reachable } from "./reading.js";
import { t, tn } from "./words.js";

const EVERY = 4000;
const PATIENCE = 60000;

const live = document.getElementById("live");
const status = document.getElementById("status");
const pause = document.getElementById("pause");
const figures = document.getElementById("figures");

// What the server said of each section: what a reader has opened or pointed at since is no reason to replace it.
const said = new Map([...figures.querySelectorAll("section")].map((one) => [one.id, one.outerHTML]));
let tag = `"${figures.dataset.tag}"`;
let paused = false;
let failed = 0;
let timer = 0;

document.documentElement.classList.add("scripted");
pause.hidden = false;
live.classList.add("on");

const filters = document.getElementById("filters");
const days = document.getElementById("days");
const dates = [document.getElementById("from"), document.getElementById("to")];

const selects = [...filters.querySelectorAll("select")];
for (const select of selects) select.addEventListener("change", () => take(select));
for (const date of dates)
  date.addEventListener("change", () => {
    if (dates.every((one) => one.value)) filters.requestSubmit();
  });
filters.addEventListener("submit", () => dates.forEach((one) => (one.disabled = days.value !== "")));
addEventListener("pageshow", () => dates.forEach((one) => (one.disabled = false)));
filters.classList.toggle("counted", days.value !== "");

const early = selects.find((select) => select.querySelector("option[selected]:not(:checked)"));
if (early) take(early); // chosen before this script had come

function take(select) {
  if (select === days && !days.value) return between();
  filters.requestSubmit();
}

function between() {
  filters.classList.remove("counted");
  dates[0].focus();
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? t("Go on") : t("Pause");
  live.classList.toggle("on", !paused);
  if (paused) clearTimeout(timer);
  else ask();
});

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden && !paused) ask();
});

async function ask() {
  clearTimeout(timer);
  try {
    const answer = await fetch(location.href, {
      headers: { "X-Part": "figures", "If-None-Match": tag },
      redirect: "error",
    });
    if (answer.status === 401) return location.reload();
    if (answer.ok) {
      show(await answer.text());
      tag = answer.headers.get("etag");
    } else if (answer.status !== 304) throw new Error(String(answer.status));
    failed = 0;
    live.classList.remove("lost");
  } catch {
    failed += 1;
    live.classList.add("lost");
    tell(t("The server does not answer. What you see stays; trying again."));
  }
  if (!paused && !document.hidden)
    timer = setTimeout(ask, Math.min(PATIENCE, EVERY * 2 ** Math.min(failed, 4)));
}

function tell(text) {
  if (status.textContent !== text) status.textContent = text;
}

// Each section is replaced only when it says something else, so that nothing jumps under a reader's hand.
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const known = new Set([...document.querySelectorAll("#receipts tbody tr")].map((row) => row.id));
  const before = Number(figures.querySelector("#summary").dataset.decisions);
  for (const section of fresh.querySelectorAll("section")) {
    const old = document.getElementById(section.id);
    if (!old || said.get(section.id) === section.outerHTML) continue;
    said.set(section.id, section.outerHTML);
    const adopted = document.adoptNode(section);
    reachable(adopted);
    replace(old, adopted);
  }
  for (const row of document.querySelectorAll("#receipts tbody tr"))
    row.classList.toggle("fresh", known.size > 0 && !known.has(row.id));
  const now = figures.querySelector("#summary").dataset;
  live.classList.remove("fresh");
  void live.offsetWidth;
  live.classList.add("fresh");
  const more = Number(now.decisions) - before;
  const told = tn("{n} more decision", "{n} more decisions", more);
  tell(more > 0 ? `${now.asOf} (${told})` : now.asOf);
}

// Open tables stay open, scrolled places stay, and the keyboard stays where it was.
function replace(old, section) {
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  const places = [...old.querySelectorAll(".scroll")].map((one) => [one.scrollLeft, one.scrollTop]);
  const focused = old.contains(document.activeElement) ? path(old, document.activeElement) : null;
  old.replaceWith(section);
  const details = [...section.querySelectorAll("details")];
  if (details.length === open.length) details.forEach((one, n) => (one.open = open[n]));
  const scrolls = [...section.querySelectorAll(".scroll")];
  if (scrolls.length === places.length)
    scrolls.forEach((one, n) => one.scrollTo(places[n][0], places[n][1]));
  if (focused) find(section, focused)?.focus({ preventScroll: true });
}

function path(root, element) {
  const row = element.closest("tr[id]");
  if (row) return { row: row.id };
  const all = [...root.querySelectorAll("a, button, summary, [tabindex]")];
  return { index: all.indexOf(element) };
}

function find(root, place) {
  if (place.row) return root.querySelector(`#${CSS.escape(place.row)} a`);
  return [...root.querySelectorAll("a, button, summary, [tabindex]")][place.index];
}

reachable(figures);
timer = setTimeout(ask, EVERY);
