// The feeds that this page has fetched, and which of them fills the phone.

export class Feeds {
  #made = new Map();
  /** The feed that fills the phone, null where something else does. */
  shown = null;

  /** Return the feed of a key, made by `make` where there is none. */
  async of(key, make) {
    if (!this.#made.has(key)) this.#made.set(key, await make());
    return this.#made.get(key);
  }

  /** Let nothing be looked at. */
  leave() {
    this.shown?.rest();
    this.shown = null;
  }

  /** Do something to every slot that was fetched. */
  everySlot(work) {
    for (const feed of this.#made.values()) feed.slots.forEach(work);
  }

  /** Find a slot by its decision and place there, the one that is shown before any other. */
  find(wanted) {
    const slots = [this.shown?.current, ...[...this.#made.values()].flatMap((feed) => feed.slots)];
    return slots.find((slot) => slot && wanted(slot)) ?? null;
  }

  /** Take away every post of an author, or those that are wanted away. */
  without(author, away = () => true) {
    for (const feed of this.#made.values()) feed.without(author, away, feed === this.shown);
  }

  forget(key) {
    if (this.#made.get(key) !== this.shown) this.#made.delete(key);
  }

  clear() {
    this.leave();
    this.#made.clear();
  }
}
