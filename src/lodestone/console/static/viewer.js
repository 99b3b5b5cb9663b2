// The viewer's page: five tabs of one feed each, a map beside Nearby, sheets for why, more, who.

import { Trouble, ask, demo, now, open, setClock } from "./api.js";
import { Deeds } from "./deeds.js";
import { Feed, firstPage, spoken } from "./feed.js";
import { Looking } from "./looking.js";
import { NearMap } from "./map.js";
import { el, note, say, settle, sheet } from "./parts.js";
import { people } from "./people.js";
import { Queue } from "./queue.js";
import { shopping } from "./shopping.js";
import { brief, why } from "./why.js";
import { figure, t, tn } from "./words.js";

const $ = (id) => document.getElementById(id);
const page = { me: null, tab: null, feeds: new Map(), queue: null, looking: null, map: null, position: null, channel: null };
const deeds = new Deeds(page, back);
const LABELS = { discover: () => t("Discover"), nearby: () => t("Nearby"), channels: () => t("Channels"), trade: () => t("My trade"), following: () => t("Following") };

const acts = {
  viewer: () => page.me.id,
  position: () => page.position ?? undefined,
  label: (asked) => LABELS[tabOf(asked)](),
  current, pause, trouble: told, arrived, empty,
  like: (slot) => deeds.like(slot),
  follow: (slot) => deeds.follow(slot),
  answer: (slot) => deeds.answer(slot),
  share: (slot) => deeds.share(slot),
  more: (slot) => deeds.more(slot),
  why: (slot) => (slot.beacon ? why(slot, reading) : sheet(t("Why this?"), t("Close"), unweighed())),
  opened: (slot) => deeds.send(slot, "click"),
  buy: (slot) => shop.buy(slot),
};
const shop = shopping(page, deeds, { trouble: told, show: (tab) => show(tab) });

const reading = { position: acts.position, trouble: told };
const tabOf = ({ surface }) => ({ discover: "discover", place: "nearby", channel: "channels", profession: "trade", following: "following" })[surface];

/** Say what went wrong, that nothing was lost and what to do. */
function told(trouble) {
  const kept = t("Nothing is lost: what you did is kept here and will be sent.");
  const words = {
    offline: () => `${t("The engine does not answer.")} ${kept} ${t("Check that it runs, then try again.")}`,
    ended: () => `${t("This session has ended.")} ${kept} ${t("Open the page again from your app.")}`,
    busy: () => `${t("The engine is busy.")} ${kept} ${t("Try again in a moment.")}`,
    refused: () => `${t("The engine did not take the question: {message}.", { message: trouble.message })} ${kept}`,
    broken: () => `${t("Something went wrong in the engine; it is logged.")} ${kept} ${t("Try again in a moment.")}`,
  };
  return (words[trouble.kind] ?? words.broken)();
}

function pause(slot) {
  slot.paused = !slot.paused;
  page.looking.pause(slot.paused);
  slot.repaint();
  say(slot.paused ? t("Paused") : t("Playing"));
}

// What stands where

function current(slot) {
  if (!slot || covered()) {
    page.looking.leave();
    return;
  }
  page.looking.look(slot);
  page.looking.pause(Boolean(slot.paused));
  const feed = page.feeds.get(page.tab);
  $("said").textContent = spoken(slot, feed?.slots.indexOf(slot) ?? 0);
  if (page.tab === "nearby") page.map?.mark(slot);
  else if (wide()) beside(slot);
}

/** On a desk, tell beside the feed why the post that rests in it is there. */
function beside(slot) {
  clearTimeout(beside.timer);
  if (!slot.beacon) {
    $("brief").replaceChildren(unweighed());
    return;
  }
  beside.timer = setTimeout(async () => {
    try {
      const told = await brief(slot, reading);
      if (page.feeds.get(page.tab)?.current === slot) $("brief").replaceChildren(...told);
    } catch (trouble) {
      $("brief").replaceChildren(el("p", { class: "soft", text: t("The receipt did not come") }));
    }
  }, 400);
}

/** What stands for a receipt where none was written. */
const unweighed = () => el("p", { text: t("Somebody passed you the link to this post. Nothing was weighed to show it, so there is no receipt.") });

function arrived(answer) {
  setClock(answer.now);
  const feed = page.feeds.get(page.tab);
  if (page.tab === "nearby" && feed) page.map?.take(feed.slots);
}

function back() {
  page.feeds.get(page.tab)?.root.focus({ preventScroll: true });
}

function askedBy(tab) {
  if (tab === "nearby") return { surface: "place", slots: 20 };
  if (tab === "channels") return { surface: "channel", domain_id: page.channel };
  if (tab === "trade") return { surface: "profession", domain_id: page.me.profession?.id };
  return { surface: tab };
}

/** What an empty feed says, and the one action that fills it. */
function empty({ surface }) {
  const go = el("button", { class: "button main", type: "button", text: t("Go to Discover"), onclick: () => show("discover") });
  const texts = {
    discover: [t("Nothing new for you"), t("You have seen what there is. New posts come as people make them.")],
    following: [t("Nothing from those you follow"), t("Follow somebody on Discover and their posts gather here."), go],
    place: [t("Nothing new around you"), t("Posts from within ten kilometres gather here."), go],
    channel: [t("Nothing new in this channel"), t("Posts for this channel gather here.")],
    profession: [t("Nothing new from your trade"), t("Posts from people of your trade gather here.")],
  };
  return texts[surface];
}

/** Show a tab. */
async function show(tab) {
  page.looking.leave();
  page.feeds.get(page.tab)?.rest();
  page.tab = tab;
  document.querySelectorAll("[data-tab]").forEach((button) => button.setAttribute("aria-current", button.dataset.tab === tab ? "page" : "false"));
  $("stage").dataset.on = tab;
  $("heading").textContent = LABELS[tab]();
  history.replaceState(null, "", tab === "discover" ? location.pathname : `${location.pathname}?tab=${tab}`);
  strip(tab);
  $("aside-map").hidden = tab !== "nearby";
  $("aside-how").hidden = tab === "nearby";
  $("feed").inert = covered();
  const missing = missingFor(tab);
  if (missing) {
    $("feed").replaceChildren(el("section", { class: "post end" }, missing));
    return;
  }
  const key = tab === "channels" ? `channels ${page.channel}` : tab;
  if (!page.feeds.has(key)) page.feeds.set(key, await feedOf(tab));
  const feed = page.feeds.get(key);
  page.feeds.set(tab, feed);
  $("feed").replaceChildren(feed.root);
  if (tab === "nearby") await nearby();
  if (feed.slots.length) feed.current ? feed.show(feed.current) : feed.go(0);
  else await feed.more();
  if (tab === "nearby") page.map?.take(feed.slots);
}

async function feedOf(tab) {
  const made = new Feed(askedBy(tab), acts, deeds, tab === page.early?.tab ? page.early.answer : null);
  page.early = null;
  const post = tab === "discover" ? page.passed : null;
  page.passed = null;
  if (!post) return made;
  try {
    made.begin(await ask("GET", `/v1/page/posts/${encodeURIComponent(post)}`));
  } catch (trouble) {
    say(trouble.code === "item_unknown" ? t("The post that was passed on to you is not here any more") : told(trouble), { show: true });
  }
  return made;
}

function missingFor(tab) {
  if (tab === "trade" && !page.me.profession) return note(t("Your trade is not known"), t("Once your app tells what you do, posts from people of your trade gather here."), null);
  if (tab === "channels" && !page.channel) return note(t("There is no channel yet"), t("Channels appear here once the operator makes some."), null);
  if (tab === "nearby" && page.me.minor) return note(t("Not for children's accounts"), t("Nothing here is chosen by where a child is."), null);
  if (tab === "nearby" && !page.me.position && !page.position) {
    return note(t("Where you are is not known"), t("Nearby shows posts and shops within ten kilometres of you. This device can say where you are; it is used for this page only."),
      el("button", { class: "button main", type: "button", text: t("Use this device's place"), onclick: locate }));
  }
  return null;
}

function locate() {
  const failed = () => say(t("This device did not say where it is"), { show: true });
  navigator.geolocation?.getCurrentPosition(({ coords }) => {
    page.position = { latitude: coords.latitude, longitude: coords.longitude };
    show("nearby");
  }, failed) ?? (navigator.geolocation || failed());
}

/** The row above the feed: channels to choose from, or posts and map. */
function strip(tab) {
  const holder = $("strip");
  holder.replaceChildren();
  holder.hidden = true;
  if (tab === "channels" && page.me.channels.length) {
    const one = page.me.channels.find((area) => area.id === page.channel);
    holder.append(el("div", { class: "chips", role: "group", "aria-label": t("Channels") }, ...page.me.channels.map((area) => el("button", { class: "chip", type: "button", "aria-pressed": String(area.id === page.channel), text: area.name, onclick: () => { page.channel = area.id; show("channels"); } }))), join(one));
    holder.hidden = false;
    holder.querySelector('[aria-pressed="true"]')?.scrollIntoView({ inline: "center", block: "nearest" });
  }
  if (tab === "trade" && page.me.profession) {
    holder.append(el("p", { class: "strip-name", text: page.me.profession.name }), join(page.me.profession));
    holder.hidden = false;
  }
  if (tab === "nearby" && !missingFor(tab)) {
    const view = (name, text) => el("button", { class: "chip", type: "button", "aria-pressed": String($("stage").dataset.view === name), text, onclick: () => { $("stage").dataset.view = name; strip("nearby"); page.map?.draw(); watchView(); } });
    holder.append(el("div", { class: "chips only-phone", role: "group", "aria-label": t("Nearby") }, view("map", t("Map")), view("posts", t("Posts"))), el("p", { class: "strip-name only-desk", text: page.me.place ?? "" }));
    holder.hidden = false;
  }
}

function join(area) {
  const text = () => (area.joined ? t("Joined") : t("Join"));
  const label = () => `${text()}: ${area.name}, ${tn("{n} member", "{n} members", area.members)}`;
  const button = el("button", { class: "follow", type: "button", "aria-pressed": String(area.joined), "aria-label": label(), text: text(), onclick: async () => {
    try {
      const answer = await ask(area.joined ? "DELETE" : "PUT", `/v1/page/domains/${encodeURIComponent(area.id)}`);
      area.members += answer.joined === area.joined ? 0 : answer.joined ? 1 : -1;
      area.joined = answer.joined;
      say(area.joined ? t("You have joined {name}", { name: area.name }) : t("You have left {name}", { name: area.name }), { show: true });
    } catch (trouble) {
      say(told(trouble), { show: true });
    }
    button.setAttribute("aria-pressed", String(area.joined));
    button.setAttribute("aria-label", label());
    button.textContent = text();
  } });
  return button;
}

async function nearby() {
  if (page.map) return place();
  try {
    const at = page.position ? `?latitude=${page.position.latitude}&longitude=${page.position.longitude}` : "";
    const around = await ask("GET", `/v1/page/around${at}`);
    const drawn = document.body.dataset.demoCommunity === page.me.community;
    page.map = new NearMap(around, drawn, { picked: (slot) => wide() && seeing(slot), open: (slot) => seeing(slot), shop: (one) => shop.shop(one.id) });
    place();
  } catch (trouble) {
    $("map-phone").replaceChildren(note(t("The map did not come"), told(trouble), null));
  }
}

function seeing(slot) {
  $("stage").dataset.view = "posts";
  strip("nearby");
  watchView();
  page.feeds.get("nearby").show(slot);
}

const wide = () => matchMedia("(min-width: 1000px)").matches;

/** Put the map where there is room for it. */
function place() {
  if (!page.map) return;
  const holder = wide() ? $("map-desk") : $("map-phone");
  if (page.map.root.parentNode !== holder) holder.replaceChildren(page.map.root);
  page.map.draw();
  watchView();
}

const covered = () => page.tab === "nearby" && !wide() && $("stage").dataset.view === "map" && !missingFor("nearby");

/** A feed that the map covers is not looked at. */
function watchView() {
  $("feed").inert = covered();
  page.feeds.get(page.tab)?.rest(!covered());
  if (covered()) page.looking.leave();
  else if (page.feeds.get(page.tab)?.current) current(page.feeds.get(page.tab).current);
}

// Who is looking

async function become() {
  page.me = await ask("GET", "/v1/page/me");
  setClock(page.me.now);
  const { me } = page;
  page.channel = me.channels[0]?.id ?? null;
  page.queue = new Queue(me.community, me.id, (waiting) => ($("waiting").hidden = !waiting));
  page.looking = new Looking(page.queue);
  $("who-name").textContent = me.name;
  $("who-facts").textContent = [me.profession?.name, me.place].filter(Boolean).join(" · ");
  $("who-initial").textContent = [...me.name][0];
  $("aside-who").textContent = t("You are looking as {name}: {facts}.", { name: me.name, facts: [me.profession?.name, me.place, tn("follows {n} person", "follows {n} people", me.following)].filter(Boolean).join(", ") });
  $("free").hidden = me.personalised;
  page.queue.flush();
}

async function leaving() {
  settle();
  page.looking.close();
  await page.queue.close();
}

async function became() {
  page.feeds.clear();
  deeds.begin();
  page.map = null;
  page.position = null;
  await become();
  await show(page.tab);
}

function settings() {
  const box = $("settings-template").content.cloneNode(true);
  const theme = box.querySelector("[name=theme]");
  theme.value = document.documentElement.dataset.theme ?? "";
  theme.addEventListener("change", () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
    document.cookie = `theme=${theme.value}; path=/; max-age=${theme.value ? 31536000 : 0}; samesite=lax`;
  });
  sheet(t("Settings and help"), t("Close"), box);
}

const KEYS = {
  ArrowDown: (feed) => feed.go(1), ArrowUp: (feed) => feed.go(-1), PageDown: (feed) => feed.go(1), PageUp: (feed) => feed.go(-1), j: (feed) => feed.go(1), k: (feed) => feed.go(-1),
  " ": (feed) => feed.current?.repaint && pause(feed.current), l: (feed) => feed.current && acts.like(feed.current), f: (feed) => feed.current?.paintFollow && acts.follow(feed.current),
  a: (feed) => feed.current && acts.answer(feed.current), s: (feed) => feed.current && acts.share(feed.current),
  b: (feed) => feed.current?.offer && shop.buy(feed.current), o: () => shop.orders(), w: (feed) => feed.current && acts.why(feed.current), m: (feed) => feed.current && acts.more(feed.current), z: () => settle(true),
};

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.target.closest("input, select, .map, summary")) return;
  if (event.key === " " && event.target.closest("button, a")) return;
  const feed = page.feeds.get(page.tab);
  if (!feed || !$("main").contains(document.activeElement) && !/^(Arrow|Page)/.test(event.key) && document.activeElement !== document.body) return;
  const work = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!work || $("feed").inert) return;
  event.preventDefault();
  work(feed);
}

/** Draw how far the clip is that plays now. */
function progress() {
  const slot = page.feeds.get(page.tab)?.current;
  if (!slot?.progress || !slot.duration_seconds) return;
  slot.progress.style.setProperty("--played", String((page.looking.watched / slot.duration_seconds) % 1));
}

function intro() {
  if (localStorage.getItem("lodestone.met")) return;
  $("intro").hidden = false;
  $("intro-close").addEventListener("click", () => {
    localStorage.setItem("lodestone.met", "yes");
    $("intro").hidden = true;
    back();
  });
}

async function start() {
  document.addEventListener("keydown", keys);
  document.querySelectorAll("[data-tab]").forEach((button) => button.addEventListener("click", () => show(button.dataset.tab)));
  document.querySelectorAll("[data-go]").forEach((button) => button.addEventListener("click", () => page.feeds.get(page.tab)?.go(Number(button.dataset.go))));
  document.querySelectorAll("[data-open=who]").forEach((button) => button.addEventListener("click", () => people(page.me, { trouble: told, leaving, became })));
  document.querySelectorAll("[data-open=orders]").forEach((button) => button.addEventListener("click", () => page.me && shop.orders()));
  document.querySelectorAll("[data-open=settings]").forEach((button) => button.addEventListener("click", settings));
  addEventListener("resize", () => (page.tab === "nearby" ? place() : null));
  addEventListener("pagehide", () => settle());
  addEventListener("pageshow", (event) => event.persisted && watchView());
  const wanted = new URLSearchParams(location.search);
  const tab = wanted.get("tab") in LABELS ? wanted.get("tab") : "discover";
  page.passed = wanted.get("post");
  try {
    await open();
    early(tab);
    await become();
  } catch (trouble) {
    const again = el("button", { class: "button main", type: "button", text: t("Try again"), onclick: () => location.reload() });
    const title = trouble.kind === "none" ? t("Open this page from your app") : t("The page could not be opened");
    const text = trouble.kind === "none" ? t("Your app makes a session for whoever is signed in and opens this page with it.") : told(trouble);
    $("feed").replaceChildren(el("section", { class: "post end", role: "alert" }, note(title, text, trouble.kind === "none" ? null : again)));
    if (!(trouble instanceof Trouble)) throw trouble;
    return;
  }
  if (demo) intro();
  setInterval(progress, 250);
  await show(tab);
}

/** Ask for the first page while it is still being asked who looks; only what does not depend on that. */
function early(tab) {
  if (tab !== "discover" && tab !== "following") return;
  page.early = { tab, answer: firstPage(askedBy(tab), undefined, undefined) };
  page.early.answer.catch(() => null); // whoever waits for it hears of trouble; nobody may, when `me` fails first
}

start();
