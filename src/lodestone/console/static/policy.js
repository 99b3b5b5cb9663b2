// A dry run beside its form: follows it while it runs, and says politely when it has ended.
import { rooted } from "./address.js";
import { t } from "./words.js";

const EVERY = 1000;
const LONGEST = 15000;
let failed = 0;

function trial() {
  return document.getElementById("trial");
}

async function follow() {
  const shown = trial();
  if (!shown || "ended" in shown.dataset) return;
  try {
    const answer = await fetch(rooted(`/operator/policy/trials/${encodeURIComponent(shown.dataset.trial)}`), {
      headers: { "X-Part": "trial" },
      redirect: "error",
    });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    put(shown, document.adoptNode(fresh.getElementById("trial")));
    failed = 0;
  } catch {
    failed += 1;
    const line = document.getElementById("trial-progress");
    if (line) line.textContent = t("The server does not answer. The dry run is asked about again.");
  }
  setTimeout(follow, Math.min(LONGEST, EVERY * 2 ** failed));
}

function put(old, fresh) {
  old.replaceWith(fresh);
  if ("ended" in fresh.dataset) {
    fresh.setAttribute("tabindex", "-1");
    fresh.setAttribute("role", "status");
  }
}

setTimeout(follow, EVERY);
