// When a paid post counts as seen: half of it on the screen for a second without a break, of a video for two. It is said
// once, and only of what was looked at: what nobody scrolled to has no impression for it to be one of.

const HALF = 0.5;
const MILLIS = 1000;
const VIDEO_MILLIS = 2000;

export class Viewable {
  /**
   * @param {import("./queue.js").Queue} queue
   * @param {Element | null} root what the posts scroll in
   */
  constructor(queue, root) {
    this.queue = queue;
    this.slots = new Map();
    this.seer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#seen(entry)), { root, threshold: HALF });
    this.hide = () => this.slots.forEach((state) => this.#turn(state));
    document.addEventListener("visibilitychange", this.hide);
  }

  /** Wait until a paid slot has been seen; of any other nothing is said. */
  watch(slot) {
    if (!slot.paid || !slot.beacon) return;
    this.slots.set(slot.article, { slot, half: false, since: null, timer: null });
    this.seer.observe(slot.article);
  }

  close() {
    this.seer.disconnect();
    this.slots.forEach((state) => clearTimeout(state.timer));
    this.slots.clear();
    document.removeEventListener("visibilitychange", this.hide);
  }

  #seen(entry) {
    const state = this.slots.get(entry.target);
    if (!state) return;
    state.half = entry.isIntersecting && entry.intersectionRatio >= HALF;
    this.#turn(state);
  }

  /** Begin to count, or forget what was counted: the second is one without a break. */
  #turn(state) {
    if (state.half && document.visibilityState !== "hidden") {
      state.since ??= performance.now();
      state.timer ??= setTimeout(() => this.#due(state), least(state.slot));
    } else {
      clearTimeout(state.timer);
      state.since = state.timer = null;
    }
  }

  #due(state) {
    state.timer = null;
    const { slot } = state;
    if (!slot.look) {
      state.timer = setTimeout(() => this.#due(state), MILLIS);
      return;
    }
    const seconds = Math.floor((performance.now() - state.since) / 100) / 10;
    const about = { item_id: slot.item_id, beacon: slot.beacon, visible_seconds: Math.max(seconds, least(slot) / MILLIS) };
    this.queue.put({ id: `${slot.receipt}.${slot.slot}.viewable`, type: "viewable", ...about });
    this.seer.unobserve(slot.article);
    this.slots.delete(slot.article);
  }
}

const least = (slot) => (slot.kind === "video" ? VIDEO_MILLIS : MILLIS);
