// Says that an order is new: a number at "Orders" and before the page's title, and a sound for whoever has switched it on.
import { rooted } from "./address.js";
import { t, tn } from "./words.js";

const EVERY = 10_000;
const SOUND = "lodestone.desk.sound";
const TONES = [660, 880];
const $ = (id) => document.getElementById(id);

class Bell {
  constructor(button) {
    this.button = button;
    this.context = null;
    button.hidden = !("AudioContext" in window);
    button.addEventListener("click", () => this.turn());
    // A browser lets a page sound only once somebody has touched it.
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.on && this.wake(), { passive: true });
    this.show();
  }

  get on() {
    return localStorage.getItem(SOUND) === "on";
  }

  async turn() {
    localStorage.setItem(SOUND, this.on ? "off" : "on");
    if (this.on) {
      await this.wake();
      this.ring();
    }
    this.show();
  }

  async wake() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") await this.context.resume();
    this.show();
  }

  show() {
    this.button.textContent = this.on ? t("Sound on") : t("Sound off");
    this.button.title = this.on && this.context?.state !== "running" ? t("Touch the page once, so that the browser lets it sound.") : "";
  }

  ring() {
    if (!this.on || this.context?.state !== "running") return;
    this.button.dataset.rang = String(Number(this.button.dataset.rang ?? 0) + 1);
    const begin = this.context.currentTime;
    TONES.forEach((tone, n) => {
      const voice = this.context.createOscillator(), level = this.context.createGain(), at = begin + n * 0.18;
      voice.frequency.value = tone;
      level.gain.setValueAtTime(0.0001, at);
      level.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
      voice.connect(level).connect(this.context.destination);
      voice.start(at);
      voice.stop(at + 0.4);
    });
  }
}

class News {
  constructor(box, bell) {
    Object.assign(this, { box, bell, path: box.dataset.news, title: document.title, known: undefined, etag: "" });
  }

  async look() {
    try {
      const answer = await fetch(rooted(this.path), { cache: "no-store" });
      if (answer.ok) this.tell(await answer.json());
    } catch {
      // asked again in a while
    }
  }

  tell({ waiting, newest }) {
    const fresh = this.known !== undefined && newest && newest > (this.known ?? "");
    this.known = newest;
    document.title = waiting ? `(${waiting}) ${this.title}` : this.title;
    this.box.textContent = waiting || "";
    this.box.hidden = !waiting;
    if (navigator.setAppBadge) navigator.setAppBadge(waiting).catch(() => {});
    if (!fresh) return;
    this.bell.ring();
    $("news-said").textContent = tn("A new order has come: {n} order waits to be handed over.", "A new order has come: {n} orders wait to be handed over.", waiting);
  }
}

/** Watch for new orders while the desk is open. */
export function watchOrders(box, button) {
  const news = new News(box, new Bell(button));
  news.look();
  setInterval(() => news.look(), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || news.look());
}
