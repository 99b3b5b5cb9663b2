// Codes scanned while there is no connection: kept in the browser under a request of their own, plainly not redeemed yet, and sent once when it is back.
import { rooted } from "./address.js";
import { t, tn } from "./words.js";

const EVERY = 15_000;
const PROBE = 3000;
const MOST = 100;
const LONG = 26;
const $ = (id) => document.getElementById(id);
const drawn = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const letters = (code) => code.replace(/[\s-]/g, "").toUpperCase();

/** Say whether the server answers. */
async function connected() {
  if (!navigator.onLine) return false;
  try {
    return (await fetch(rooted("/health/live"), { cache: "no-store", signal: AbortSignal.timeout(PROBE) })).ok;
  } catch {
    return false;
  }
}

class Queue {
  constructor(form) {
    this.form = form;
    this.token = form.elements.token.value;
    this.place = `lodestone.desk.${form.dataset.person}`;
    this.path = form.dataset.queued;
    this.busy = false;
  }

  get codes() {
    try {
      return JSON.parse(localStorage.getItem(this.place)) ?? [];
    } catch {
      return [];
    }
  }

  set codes(codes) {
    localStorage.setItem(this.place, JSON.stringify(codes));
    this.show();
  }

  /** Keep a code for later; return why not, or nothing. */
  keep(code) {
    const plain = letters(code);
    if (plain.length !== LONG) return t("Without a connection only the picture and its 26 letters can be kept. The eight letters need one.");
    if (this.codes.some((queued) => letters(queued.code) === plain && !queued.ended)) return t("This code waits already.");
    if (this.codes.length >= MOST) return t("No more codes can be kept. Wait for the connection.");
    this.codes = [...this.codes, { code, request: drawn(), at: Date.now() }];
    return "";
  }

  /** Send what waits, one after another; what has ended stays until somebody has seen it. */
  async send() {
    if (this.busy || !this.codes.some((queued) => !queued.ended) || !(await connected())) return;
    this.busy = true;
    try {
      for (const queued of this.codes.filter((each) => !each.ended)) {
        const answer = await fetch(rooted(this.path), {
          method: "POST", headers: { "Content-Type": "application/json", "X-Form-Token": this.token }, body: JSON.stringify({ code: queued.code, request: queued.request }),
        });
        if (answer.status === 401 || answer.status === 403) return this.say(t("Your login has ended. Open this page anew."));
        if (!answer.ok && answer.status !== 400) return undefined; // later
        const end = answer.ok ? await answer.json() : { redeemed: false, text: t("This is no code of a voucher.") };
        this.codes = this.codes.map((each) => (each.request === queued.request ? { ...each, ended: end } : each));
      }
    } catch {
      // the connection went again: what is not answered for waits, under the same request
    } finally {
      this.busy = false;
    }
    return undefined;
  }

  show() {
    const codes = this.codes, waiting = codes.filter((queued) => !queued.ended).length;
    $("queue").hidden = !codes.length;
    $("queue-title").textContent = waiting ? tn("{n} code is not redeemed yet", "{n} codes are not redeemed yet", waiting) : t("Sent since the connection is back");
    $("queue-hint").hidden = !waiting;
    $("queue").classList.toggle("waits", waiting > 0);
    $("queue-codes").replaceChildren(...codes.map((queued) => this.row(queued)));
  }

  row(queued) {
    const row = document.createElement("li"), text = document.createElement("span"), drop = document.createElement("button");
    row.className = queued.ended ? (queued.ended.redeemed ? "ended good" : "ended bad") : "";
    const time = new Date(queued.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const last = letters(queued.code).slice(-6);
    text.textContent = `${time} · …${last} · ${queued.ended ? queued.ended.text : t("waits for the connection, not redeemed yet")}`;
    drop.className = "button";
    drop.type = "button";
    drop.textContent = queued.ended ? t("Noted") : t("Forget it");
    drop.setAttribute("aria-label", queued.ended ? t("Noted: …{last}", { last }) : t("Forget …{last}", { last }));
    drop.addEventListener("click", () => {
      this.codes = this.codes.filter((each) => each.request !== queued.request);
    });
    row.append(text, drop);
    return row;
  }

  say(text) {
    $("queue-said").textContent = text;
  }

  async submit(event) {
    event.preventDefault();
    if (await connected()) return this.form.submit();
    const code = this.form.elements.code.value;
    const wrong = this.keep(code);
    this.say(wrong || t("No connection: the code is kept and not redeemed yet."));
    if (!wrong) this.form.elements.code.value = "";
    return undefined;
  }
}

/** Keep codes while there is no connection. */
export function keepCodes(form) {
  const queue = new Queue(form);
  queue.show();
  form.addEventListener("submit", (event) => queue.submit(event));
  addEventListener("online", () => queue.send());
  addEventListener("storage", (event) => event.key === queue.place && queue.show());
  setInterval(() => queue.send(), EVERY);
  queue.send();
}
