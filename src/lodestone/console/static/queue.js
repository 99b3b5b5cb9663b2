// What the viewer did, kept until the engine has it: an entry of its own for each event in the browser's
// store, so that two windows never write over each other and a reload loses nothing. An event keeps its id,
// so one that is sent twice counts once.

import { ask, now } from "./api.js";

const EVERY = 4000;
const CHUNK = 100;
const KEPT_MOST = 2000;

export class Queue {
  /** @param {string} community @param {string} viewer @param {(waiting: boolean) => void} told is told when sending fails or works again */
  constructor(community, viewer, told) {
    this.viewer = viewer;
    this.prefix = `lodestone.events.${community}.${viewer}.`;
    this.told = told;
    this.open = new Set();
    this.sending = null;
    this.timer = setInterval(() => this.flush(), EVERY);
    addEventListener("online", (this.back = () => this.flush()));
  }

  /** Keep an event. One that is still `open` grows and is not sent from here until it is put closed. */
  put(event, { open = false } = {}) {
    const whole = { time: new Date(now()).toISOString(), person_id: this.viewer, ...event };
    if (open) this.open.add(event.id);
    else this.open.delete(event.id);
    try {
      localStorage.setItem(this.prefix + event.id, JSON.stringify(whole));
    } catch {
      this.#makeRoom();
    }
  }

  /** Forget an event that was not sent. */
  drop(id) {
    this.open.delete(id);
    localStorage.removeItem(this.prefix + id);
  }

  /** Send what is kept; resolves when the engine has answered. */
  async flush({ keepalive = false } = {}) {
    if (this.sending) {
      await this.sending;
      if (!keepalive) return;
    }
    this.sending = this.#send(keepalive).finally(() => (this.sending = null));
    await this.sending;
  }

  async #send(keepalive) {
    for (;;) {
      const names = this.#names().filter((name) => !this.open.has(name.slice(this.prefix.length))).slice(0, CHUNK);
      if (!names.length) return;
      const events = names.map((name) => JSON.parse(localStorage.getItem(name)));
      try {
        await ask("POST", "/v1/events", { events }, { keepalive });
      } catch (trouble) {
        this.told(true);
        if (trouble.kind === "refused") names.forEach((name) => localStorage.removeItem(name));
        return;
      }
      this.told(false);
      names.forEach((name) => localStorage.removeItem(name));
    }
  }

  #names() {
    return Object.keys(localStorage).filter((name) => name.startsWith(this.prefix)).sort();
  }

  #makeRoom() {
    const names = this.#names();
    names.slice(0, Math.max(1, names.length - KEPT_MOST)).forEach((name) => localStorage.removeItem(name));
  }

  /** Send what is left and stop. */
  async close() {
    clearInterval(this.timer);
    removeEventListener("online", this.back);
    this.open.clear();
    await this.flush();
  }
}
