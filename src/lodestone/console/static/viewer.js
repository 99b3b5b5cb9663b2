// The viewer's page: puts its parts together, says what opens under which address, and begins.

import { Trouble, demo, open } from "./api.js";
import { product } from "./buying.js";
import { commentSheet } from "./comments.js";
import { Deeds } from "./deeds.js";
import { Feeds } from "./feeds.js";
import { listen } from "./keys.js";
import { Nearby } from "./nearby.js";
import { order, orders } from "./orders.js";
import { el, note, say, settle, sheet } from "./parts.js";
import { people } from "./people.js";
import { again, at, begin, first, go, routeSheet, routeView } from "./router.js";
import { Session } from "./session.js";
import { settings } from "./settings.js";
import { linkSheet } from "./share.js";
import { shopPage } from "./shops.js";
import { Stage } from "./stage.js";
import { LABELS } from "./tabs.js";
import { why, whyOf } from "./why.js";
import { inWords, t } from "./words.js";

const $ = (id) => document.getElementById(id);
const every = (query, work) => document.querySelectorAll(query).forEach(work);

const session = new Session();
const feeds = new Feeds();
const deeds = new Deeds(session, feeds);
const nearby = new Nearby(session, { seeing: (slot) => stage.see(slot), turned: () => stage.watch(), moved: () => stage.anew() });
/** What the sheets of buying may ask of the page they stand on. */
const shop = {
  viewer: () => session.me.id,
  position: () => session.position ?? undefined,
  home: () => session.me.position ?? undefined,
  zone: () => session.me.time_zone,
  trouble: inWords,
  follows: (id) => deeds.follows.get(id),
  followKeeper: (author, on, slot) => deeds.followed(author, on, slot),
  query: (more) => session.query(more),
  visited: (slot) => deeds.send(slot, "profile_visit"),
  onMap: async (place) => {
    await go(at.tab("nearby"));
    nearby.find(place.id);
  },
};

/** What a post's buttons do. */
const acts = {
  like: (slot) => deeds.like(slot),
  follow: (slot) => deeds.follow(slot),
  comments: (slot) => go(at.comments(slot.item_id), slot),
  share: (slot) => deeds.share(slot),
  more: (slot) => go(at.more(slot.item_id), slot),
  why: (slot) => go(whyOf(slot), slot),
  person: (slot) => go(at.person(slot.author.id), slot),
  opened: (slot) => deeds.send(slot, "click"),
  buy: (slot) => {
    deeds.send(slot, "click");
    return go(at.product(slot.item_id), slot);
  },
  pause: (slot) => stage.pause(slot),
  locate, again,
};
const stage = new Stage(session, feeds, nearby, deeds, acts);

// What opens under which address

for (const tab of Object.keys(LABELS)) routeView(tab === "discover" ? "/" : `/${tab}`, () => stage.tab(tab));
routeView("/channels/{id}", ({ id }) => stage.tab("channels", id));
routeView("/p/{id}", ({ id }, opener) => stage.post(id, Boolean(opener)));
routeView("/live/{id}", ({ id }) => stage.page(at.live(id), t("Live room"), async () => (await import("./live.js")).livePage(id, shop)));
routeView("/person/{id}", ({ id }, slot) => stage.page(at.person(id), slot?.author?.name ?? t("Person"), async () => (await import("./person.js")).personPage(id, session, deeds, slot)));
routeView("/me", () => stage.page(at.me(), t("My page"), async () => (await import("./mine.js")).myPage(session, consented)));
routeSheet("/p/{id}/why", ({ receipt, slot }, opened) => why(opened?.beacon ? opened : decided(receipt, Number(slot)), reading));
routeSheet("/p/{id}/comments", ({ id }, slot) => commentSheet(id, slot, session, deeds));
routeSheet("/p/{id}/more", ({ id }, opened) => deeds.more(id, opened));
routeSheet("/p/{id}/share", ({ id }, done) => linkSheet(id, done));
routeSheet("/shop/{id}", ({ id }, slot) => shopPage(id, shop, slot));
routeSheet("/product/{id}", ({ id }, slot) => product(id, shop, slot));
routeSheet("/order/{id}", ({ id }) => order(id, shop));
routeSheet("/orders", () => orders(shop));
routeSheet("/reviews", ownReviews);
routeSheet("/settings", settings);
if (demo) routeSheet("/who", () => people(session.me, { leaving: () => session.end(), became }));

const reading = {
  position: () => nearby.standpoint,
  deeds,
  /** The viewer has said, beside a post, that less of theirs may be used: the feeds are asked for anew. */
  consented: async () => {
    stage.clear();
    await session.refresh();
    await again();
  },
};

/** Return the slot of a decision that an address names, as far as this page has it. */
function decided(receipt, number) {
  if (!receipt || !number) return null;
  return feeds.find((slot) => slot.receipt === receipt && slot.slot === number) ?? { receipt, slot: number, beacon: "" };
}

/** Open the list of what moderators decided of the viewer's own posts; what fills it is fetched when it is first opened. */
function ownReviews() {
  const body = el("div", { class: "stack", "aria-live": "polite" }, el("p", { class: "soft", text: t("Fetching what was decided") }));
  const again = el("button", { class: "button", type: "button", text: t("Try again"), onclick: () => fill() });
  const fill = () => import("./own-reviews.js").then(({ decisions }) => decisions(body, session.me.time_zone),
    () => body.replaceChildren(note(t("This cannot be fetched now"), t("Nothing was lost."), again)));
  fill();
  return sheet(t("Decisions about your posts"), t("Close"), body);
}

/** The viewer has said what of theirs may be used: what was fetched before goes by it no longer. */
async function consented() {
  feeds.clear();
  nearby.clear();
  await session.refresh();
}

async function became() {
  stage.clear();
  deeds.begin();
  await session.begin();
  if (history.state.base === at.me()) await go(at.tab("discover"));
  else await again();
}

/** Ask this device where it is. */
function locate() {
  const failed = () => say(t("This device did not say where it is"), { show: true });
  if (!navigator.geolocation) {
    failed();
    return;
  }
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    session.position = { latitude: coords.latitude, longitude: coords.longitude };
    again();
  }, failed);
}

/** Draw how far the clip is that plays now. */
function progress() {
  const slot = feeds.shown?.current;
  if (!slot?.progress || !slot.duration_seconds) return;
  slot.progress.style.setProperty("--played", String((session.looking.watched / slot.duration_seconds) % 1));
}

function intro() {
  if (localStorage.getItem("lodestone.met")) return;
  $("intro").hidden = false;
  $("intro-close").addEventListener("click", () => {
    localStorage.setItem("lodestone.met", "yes");
    $("intro").hidden = true;
    stage.focus();
  });
}

function wire() {
  listen(feeds, acts);
  every("[data-tab]", (button) => button.addEventListener("click", () => session.me && go(at.tab(button.dataset.tab))));
  every("[data-go]", (button) => button.addEventListener("click", () => feeds.shown?.go(Number(button.dataset.go))));
  every("[data-open]", (button) => button.addEventListener("click", () => session.me && go(at[button.dataset.open]())));
  addEventListener("resize", () => nearby.place());
  addEventListener("pagehide", () => settle());
  addEventListener("pageshow", (event) => event.persisted && stage.watch());
}

/** Say why nothing can be shown. */
function refuse(trouble) {
  const retry = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => location.reload() });
  const title = trouble.kind === "none" ? t("Open this page from your app") : t("The page could not be opened");
  const text = trouble.kind === "none" ? t("Your app makes a session for whoever is signed in and opens this page with it.") : inWords(trouble);
  $("feed").replaceChildren(el("section", { class: "post end", role: "alert" }, note(title, text, trouble.kind === "none" ? null : retry)));
}

async function start() {
  wire();
  try {
    await open();
    const base = first();
    if (base === at.tab("following")) stage.early("following");
    else if (base === at.tab("discover") || base.startsWith(at.post(""))) stage.early("discover");
    await session.begin();
  } catch (trouble) {
    refuse(trouble);
    if (!(trouble instanceof Trouble)) throw trouble;
    return;
  }
  if (demo) intro();
  setInterval(progress, 250);
  await begin();
}

start();
