// The queues of reports and of ads by keyboard: from one to the next, and what is decided of it asked before it is done.

const ACTS = { h: "hide", w: "warn", d: "dismiss", a: "approved", r: "rejected" };
const cards = [...document.querySelectorAll(".review")];

document.documentElement.classList.add("scripted");
for (const select of document.querySelectorAll(".filters select")) select.addEventListener("change", () => select.form.requestSubmit());

const present = () => document.activeElement.closest?.(".review");

function go(step) {
  const at = cards.indexOf(present());
  const next = cards[at < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, at + step))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

function ask(decision) {
  const card = present() ?? cards[0];
  const act = card?.querySelector(`[data-act=${decision}]`);
  if (!act) return;
  for (let outer = act; outer && outer !== card; outer = outer.parentElement) if (outer.localName === "details") outer.open = true;
  (act.querySelector(":required") ?? act.querySelector("[type=submit]")).focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") go(key === "j" ? 1 : -1);
  else if (ACTS[key]) ask(ACTS[key]);
  else if (key === "escape") {
    const act = event.target.closest(".ruling[open]");
    if (act) act.open = false;
    act?.querySelector("summary").focus();
  } else return;
  event.preventDefault();
});

// Whoever has just decided one goes on with the next.
if (new URLSearchParams(location.search).has("done")) cards[0]?.focus({ preventScroll: true });
