// Somebody's page: who they are, their shops, what they posted, and how the viewer stands to them.

import { ask } from "./api.js";
import { grid } from "./grid.js";
import { el, icon, linkTo, note, say } from "./parts.js";
import { at, back, go } from "./router.js";
import { shopRow } from "./shops.js";
import { figure, inWords, t, tn } from "./words.js";

/** The bar over a page: the way back, and whose page it is. */
export function bar(title) {
  const heading = el("h2", { class: "page-title", text: title });
  return { heading, root: el("header", { class: "page-bar" }, el("button", { class: "button plain", type: "button", "aria-label": t("Back"), onclick: () => back() }, icon("back")), heading) };
}

/** A picture's place: the first letter of a name. */
export const initial = (name) => el("span", { class: "initial big-initial", "aria-hidden": "true", text: [...name][0] });

/**
 * Make the page of a person.
 * @param {string} id
 * @param {import("./session.js").Session} session
 * @param {import("./deeds.js").Deeds} deeds
 * @param {object | null} slot the post that led here
 */
export function personPage(id, session, deeds, slot) {
  const top = bar(slot?.author?.name ?? t("Person"));
  const body = el("div", { class: "page-body stack" }, el("p", { class: "soft", role: "status", text: t("Fetching the page") }));
  const root = el("section", { class: "person-page", tabindex: "-1", "data-person": id, "aria-labelledby": (top.heading.id = `page-${Date.now()}`) }, top.root, body);
  new PersonPage(id, session, deeds, slot, root, body, top.heading).read();
  return root;
}

class PersonPage {
  constructor(id, session, deeds, slot, root, body, heading) {
    Object.assign(this, { id, session, deeds, slot, root, body, heading });
    this.path = `/v1/page/people/${encodeURIComponent(id)}`;
  }

  async read() {
    try {
      this.person = await ask("GET", `${this.path}${this.session.query()}`);
    } catch (trouble) {
      this.#missing(trouble);
      return;
    }
    this.heading.textContent = this.person.name;
    if (this.root.isConnected) document.title = `${this.person.name} · Lodestone`;
    if (this.slot?.beacon) this.deeds.send(this.slot, "profile_visit");
    this.#draw();
  }

  #missing(trouble) {
    const gone = trouble.code === "person_unknown";
    const retry = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => this.read() });
    const onward = el("button", { class: "button main", type: "button", text: t("Go to Discover"), onclick: () => go(at.tab("discover")) });
    this.body.replaceChildren(gone ? note(t("This person is not here any more"), t("They have left, or a letter of the link is missing."), onward) : note(t("The page did not come"), inWords(trouble), retry));
  }

  #draw() {
    const { person } = this;
    this.body.replaceChildren(this.#head(), ...(person.mine ? [this.#toMine()] : [this.#acts()]), ...this.#shops(), ...this.#posts());
    this.root.repaint = () => this.paintFollow?.();
  }

  #head() {
    const { person } = this;
    const away = person.distance_km === null ? null : t("{n} km away", { n: figure(person.distance_km) });
    const facts = [person.trade, person.place, away].filter(Boolean).join(" · ");
    this.followers = el("strong", { class: "figures" });
    const counts = el("p", { class: "row person-counts" }, this.followers, el("span", {}, tn("follows {n} person", "follows {n} people", person.following)));
    return el("div", { class: "person-head" }, initial(person.name), el("div", { class: "stack tight" }, el("p", { class: "person-name", text: person.name }), facts ? el("p", { class: "soft", text: facts }) : null, counts));
  }

  #toMine() {
    this.#count(false);
    return linkTo(at.me(), { class: "button", text: t("Go to my page") });
  }

  #acts() {
    const { person } = this;
    const toggle = (on, what, texts) => el("button", { class: "button", type: "button", "aria-pressed": String(on), text: on ? texts[1] : texts[0], onclick: () => this.#stand(what, !on) });
    const mute = toggle(person.muted, "mutes", [t("Mute"), t("Muted")]);
    const block = toggle(person.blocked, "blocks", [t("Block"), t("Blocked")]);
    if (person.blocked) {
      this.#count(person.followed);
      return el("div", { class: "stack" }, el("div", { class: "note" }, el("p", { text: t("You have blocked {name}: you see none of their posts.", { name: person.name }) }), el("div", { class: "row" }, el("button", { class: "button main", type: "button", text: t("Unblock"), onclick: () => this.#stand("blocks", false) }))));
    }
    const follow = el("button", { class: "button main grow", type: "button", onclick: () => this.#follow() });
    this.paintFollow = () => {
      const on = this.#followed;
      follow.setAttribute("aria-pressed", String(on));
      follow.textContent = on ? t("Followed") : t("Follow");
      this.#count(on);
    };
    this.paintFollow();
    const ads = person.ads_hidden ? [toggle(true, "hidden-ads", [t("Hide their ads"), t("Ads hidden")])] : [];
    const hint = person.muted ? el("p", { class: "soft small", text: t("Their posts do not come to you; here you see them still.") }) : null;
    return el("div", { class: "stack tight" }, el("div", { class: "row" }, follow, mute, block, ...ads), hint);
  }

  get #followed() {
    return this.deeds.follows.get(this.id) ?? this.person.followed;
  }

  #count(on) {
    const n = this.person.followers + (on === this.person.followed ? 0 : on ? 1 : -1);
    this.followers.textContent = tn("{n} follower", "{n} followers", n);
  }

  #follow() {
    this.deeds.followed({ id: this.id, name: this.person.name }, !this.#followed, this.slot);
    this.paintFollow();
  }

  async #stand(what, on) {
    const { name } = this.person;
    try {
      Object.assign(this.person, await ask(on ? "PUT" : "DELETE", `${this.path}/${what}`));
    } catch (trouble) {
      say(inWords(trouble), { show: true });
      return;
    }
    const texts = {
      mutes: on ? t("You have muted {name}", { name }) : t("{name} is muted no longer", { name }),
      "hidden-ads": on ? t("Ads of {name} are hidden", { name }) : t("Ads of {name} may come again", { name }),
      blocks: on ? t("You have blocked {name}", { name }) : t("{name} is blocked no longer", { name }),
    };
    say(texts[what], { show: true });
    if (on && what !== "hidden-ads") this.deeds.without(this.id);
    if (what === "blocks") await this.read();
    else this.#draw();
    this.root.focus({ preventScroll: true });
  }

  #shops() {
    if (!this.person.shops.length || this.person.blocked) return [];
    return [el("section", { class: "stack tight" }, el("h3", { text: t("Their shop") }), ...this.person.shops.map((shop) => shopRow(shop, this.slot)))];
  }

  #posts() {
    const { posts, blocked } = this.person;
    if (blocked) return [];
    const none = el("p", { class: "soft", text: t("What they post will stand here.") });
    return [el("section", { class: "stack tight" }, el("h3", { text: t("Posts") }), posts.data.length ? grid(posts, `${this.path}/posts`) : none)];
  }
}
