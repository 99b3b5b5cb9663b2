// What the viewer did, kept until the engine has it: an entry of its own for each event in the browser's
// store, so that two windows never write over each other and a reload loses nothing. An event keeps its id,
// so one that is sent twice counts once. A comment is kept as the call that writes it, under an id of its own: made
// twice it writes the same.

import { ask, now } from "./api.js";

const EVERY = 4000;
const CHUNK = 100;
const KEPT_MOST = 2000;

export class Queue {
  /** @param {string} community @param {string} viewer @param {(waiting: boolean) => void} told is told when sending fails or works again */
  constructor(community, viewer, told) {
    this.viewer = viewer;
    this.prefix = `lodestone.events.${community}.${viewer}.`;
    this.callPrefix = `lodestone.calls.${community}.${viewer}.`;
    this.listeners = new Set();
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

  /** Keep a call that writes under an id of its own; calls are made in the order in which they came. */
  call(call) {
    const text = JSON.stringify({ ...call, at: now() });
    try {
      localStorage.setItem(this.callPrefix + call.id, text);
    } catch {
      this.#makeRoom();
      localStorage.setItem(this.callPrefix + call.id, text);
    }
  }

  /** The calls that wait, the oldest first. */
  calls() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(this.callPrefix));
    return names.map((name) => JSON.parse(localStorage.getItem(name))).sort((a, b) => a.at - b.at);
  }

  /** Have `heard(call, answer, trouble)` told what became of each call; one of the two is null. */
  listen(heard) {
    this.listeners.add(heard);
  }

  unlisten(heard) {
    this.listeners.delete(heard);
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
      if (!names.length) {
        await this.#makeCalls(keepalive);
        return;
      }
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

  async #makeCalls(keepalive) {
    for (let call = this.calls()[0]; call; call = this.calls()[0]) {
      let answer = null;
      let refusal = null;
      try {
        answer = await ask(call.method, call.path, call.body, { keepalive });
      } catch (trouble) {
        this.told(["offline", "ended", "broken"].includes(trouble.kind));
        if (trouble.kind !== "refused") return;
        refusal = trouble;
      }
      if (!refusal) this.told(false);
      localStorage.removeItem(this.callPrefix + call.id);
      this.listeners.forEach((heard) => heard(call, answer, refusal));
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
