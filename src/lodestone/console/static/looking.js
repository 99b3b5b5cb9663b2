// How long a post is looked at: one at a time, only while the page is in front, told to the queue every second
// so that whatever ends the page ends it with what was seen.

import { now } from "./api.js";

const SEEN = 0.3;
const STAYED = 9;
const MOVES = new Set(["video", "live"]);

export class Looking {
  /** @param {import("./queue.js").Queue} queue */
  constructor(queue) {
    this.queue = queue;
    this.current = null;
    this.paused = false;
    this.timer = setInterval(() => this.#tick(), 1000);
    this.hide = () => (document.visibilityState === "hidden" ? this.#gone() : this.#start());
    this.gone = () => this.#gone();
    document.addEventListener("visibilitychange", this.hide);
    addEventListener("pagehide", this.gone);
  }

  /** Look at a slot from now on; `slot.receipt` names its decision. */
  look(slot) {
    if (this.current?.slot === slot) return;
    this.leave();
    slot.look ||= { visible: 0, watched: 0, first: now(), impressed: false, stayed: false };
    this.current = { slot, since: null };
    this.#start();
  }

  /** Stop or go on playing; a picture that stands still is looked at all the same. */
  pause(paused) {
    this.#count();
    this.paused = paused;
  }

  /** Look at nothing any more. */
  leave() {
    if (!this.current) return;
    this.#tick(true);
    this.current = null;
  }

  /** Seconds the current slot has been playing. */
  get watched() {
    this.#count();
    return this.current?.slot.look.watched ?? 0;
  }

  close() {
    this.leave();
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.hide);
    removeEventListener("pagehide", this.gone);
  }

  #gone() {
    this.#tick(true);
    this.queue.flush({ keepalive: true });
  }

  #start() {
    if (this.current && document.visibilityState !== "hidden") this.current.since ??= performance.now();
  }

  #count() {
    if (!this.current || this.current.since === null) return;
    const at = performance.now();
    const seconds = (at - this.current.since) / 1000;
    const look = this.current.slot.look;
    look.visible += seconds;
    if (!this.paused) look.watched += seconds;
    this.current.since = at;
  }

  #tick(closing = false) {
    if (!this.current) return;
    this.#count();
    if (closing) this.current.since = null;
    const { slot } = this.current;
    const { look } = slot;
    // Of a post that no decision showed (a link that was passed on) there is no slot to speak of.
    if (look.visible < SEEN || !slot.beacon) return;
    const about = { item_id: slot.item_id, beacon: slot.beacon || undefined };
    const id = (kind) => `${slot.receipt}.${slot.slot}.${kind}`;
    const first = new Date(look.first).toISOString();
    if (!look.impressed) {
      this.queue.put({ id: id("impression"), type: "impression", ...about, time: first, visible_seconds: round(look.visible) }, { open: !closing });
      look.impressed = closing;
    }
    if (MOVES.has(slot.kind) && look.watched >= SEEN) this.#watch(slot, about, id, closing);
    const stayed = MOVES.has(slot.kind) ? look.watched : look.visible;
    if (!look.stayed && stayed >= STAYED) {
      look.stayed = true;
      this.queue.put({ id: id("long_view"), type: "long_view", ...about });
    }
  }

  #watch(slot, about, id, closing) {
    const seconds = round(slot.look.watched);
    if (seconds === slot.look.told) return;
    // A visit's watch grows under one id while it is open; a later visit tells the larger sum under another.
    slot.look.visit ??= slot.look.told ?? 0;
    const whole = slot.duration_seconds;
    this.queue.put(
      { id: id(`watch.${slot.look.visit}`), type: "watch", ...about, watch_seconds: seconds, completed: Boolean(whole) && seconds >= whole },
      { open: !closing },
    );
    if (closing) {
      slot.look.told = seconds;
      slot.look.visit = null;
    }
  }
}

const round = (seconds) => Math.round(seconds * 10) / 10;
