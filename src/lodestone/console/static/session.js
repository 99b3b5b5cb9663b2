// Who looks: what the engine says of them, what they do on its way there, and where this device says they are.

import { ask, setClock } from "./api.js";
import { Looking } from "./looking.js";
import { say, settle } from "./parts.js";
import { Queue } from "./queue.js";
import { t, tn } from "./words.js";

const $ = (id) => document.getElementById(id);

export class Session {
  me = null;
  queue = null;
  looking = null;
  position = null;

  /** Learn who looks, and begin to note what they see. */
  async begin() {
    this.me = await ask("GET", "/v1/page/me");
    setClock(this.me.now);
    this.position = null;
    this.queue = new Queue(this.me.community, this.me.id, (waiting) => ($("waiting").hidden = !waiting));
    this.queue.listen((call, answer, refusal) => {
      if (refusal) say(t("A comment of yours was not taken: its post, or what it replied to, is gone."), { show: true });
    });
    this.looking = new Looking(this.queue);
    paint(this.me);
    this.queue.flush();
  }

  /** Learn again who looks, after they have changed something of theirs. */
  async refresh() {
    this.me = await ask("GET", "/v1/page/me");
    paint(this.me);
  }

  /** Whom they follow has changed by one. */
  follows(by) {
    this.me = { ...this.me, following: Math.max(0, this.me.following + by) };
    paint(this.me);
  }

  /** Send what is left; somebody else looks from now on. */
  async end() {
    settle();
    this.looking.close();
    await this.queue.close();
  }

  /** Return a query that says where this device is, if it has said so, and more. */
  query(more = {}) {
    const text = new URLSearchParams({ ...(this.position ?? {}), ...more }).toString();
    return text && `?${text}`;
  }
}

function paint(me) {
  const trade = me.profession?.name;
  $("who-name").textContent = me.name;
  $("who-facts").textContent = [trade, me.place].filter(Boolean).join(" · ");
  $("who-initial").textContent = [...me.name][0];
  const facts = [trade, me.place, tn("follows {n} person", "follows {n} people", me.following)];
  $("aside-who").textContent = t("You are looking as {name}: {facts}.", { name: me.name, facts: facts.filter(Boolean).join(" · ") });
  $("free").hidden = me.personalised;
}
