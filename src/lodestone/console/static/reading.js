// What a chart says where it is pointed at, touched, or reached by arrow keys: a line below it, which is read aloud politely.
import { t } from "./words.js";

const ON = "on";

function chartOf(element) {
  return element.closest?.(".chart") ?? null;
}

function reads(chart) {
  return [...chart.querySelectorAll("[data-read]")];
}

function show(chart, read) {
  const line = chart.querySelector(".reading");
  if (!line) return;
  for (const other of reads(chart)) other.classList.toggle(ON, other === read);
  line.hidden = false;
  if (line.textContent !== read.dataset.read) line.textContent = read.dataset.read;
}

function clear(chart) {
  for (const read of reads(chart)) read.classList.remove(ON);
}

document.addEventListener("pointerover", (event) => {
  const read = event.target.closest?.("[data-read]");
  if (read) show(chartOf(read), read);
});

document.addEventListener("pointerout", (event) => {
  const chart = chartOf(event.target);
  if (chart && !chart.contains(event.relatedTarget) && !chart.contains(document.activeElement)) clear(chart);
});

document.addEventListener("focusin", (event) => {
  if (!event.target.matches?.(".plot")) return;
  const chart = chartOf(event.target);
  const all = reads(chart);
  if (all.length) show(chart, all.find((read) => read.classList.contains(ON)) ?? all[all.length - 1]);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.(".plot")) clear(chartOf(event.target));
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".plot")) return;
  const chart = chartOf(event.target);
  const all = reads(chart);
  const at = all.findIndex((read) => read.classList.contains(ON));
  const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || !all.length) return;
  event.preventDefault();
  show(chart, all[Math.max(0, Math.min(all.length - 1, to))]);
});

/** Let every chart below an element be reached by the keyboard; whatever replaces it later asks for the same. */
export function reachable(root) {
  for (const plot of root.querySelectorAll(".chart .plot:not([tabindex])")) {
    if (!plot.querySelector("[data-read]")) continue;
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-roledescription", t("chart"));
    plot.setAttribute("aria-label", t("Values: left and right arrow keys"));
  }
}
