// The viewer's page: five tabs of one feed each, a map beside Nearby, sheets for why, more, who.

import { Trouble, ask, demo, now, open, setClock } from "./api.js";
import { Feed, spoken } from "./feed.js";
import { Looking } from "./looking.js";
import { NearMap } from "./map.js";
import { el, icon, note, say, sheet } from "./parts.js";
import { people } from "./people.js";
import { Queue } from "./queue.js";
import { shopping } from "./shopping.js";
import { brief, why } from "./why.js";
import { figure, t, tn } from "./words.js";

const $ = (id) => document.getElementById(id);
const held = { likes: new Map(), follows: new Map(), told: new Set() };
const page = { me: null, tab: null, feeds: new Map(), queue: null, looking: null, map: null, position: null, channel: null };
const LABELS = { discover: () => t("Discover"), nearby: () => t("Nearby"), channels: () => t("Channels"), trade: () => t("My trade"), following: () => t("Following") };

const acts = {
  viewer: () => page.me.id,
  position: () => page.position ?? undefined,
  label: (asked) => LABELS[tabOf(asked)](),
  current, pause, like, follow, trouble: told, arrived, empty,
  why: (slot) => why(slot, reading),
  more,
  opened: (slot) => send(slot, "click"),
  buy: (slot) => shop.buy(slot),
};
const shop = shopping(page, held, { send, trouble: told, show: (tab) => show(tab), map: () => page.map, follow: (author, on, slot) => followed(author, on, slot) });

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

// What a person does

/** Put an event about a slot; of one kind and slot only the first is a fact about the decision. */
function send(slot, type, more = {}) {
  const mark = `${slot.receipt}.${slot.slot}.${type}`;
  const first = !held.told.has(mark);
  held.told.add(mark);
  const about = first ? { beacon: slot.beacon } : {};
  page.queue.put({ id: first ? mark : `${mark}.${now().toString(36)}`, type, item_id: slot.item_id, ...about, ...more });
  return page.queue.flush();
}

function like(slot) {
  const on = !(held.likes.get(slot.item_id) ?? slot.liked);
  held.likes.set(slot.item_id, on);
  everywhere((other) => other.item_id === slot.item_id && other.paintLike());
  send(slot, on ? "like" : "unlike");
  say(on ? t("Liked") : t("Like taken back"));
}

function follow(slot) {
  followed(slot.author, !(held.follows.get(slot.author.id) ?? slot.author.followed), slot);
}

/** Follow somebody or no longer; of whom no post led here, it is told without one. */
function followed({ id, name }, on, slot) {
  held.follows.set(id, on);
  everywhere((other) => other.author?.id === id && other.paintFollow?.());
  const type = on ? "follow" : "unfollow";
  if (slot?.author?.id === id) send(slot, type, { author_id: id });
  else {
    page.queue.put({ id: `${type}.${id}.${now().toString(36)}`, type, author_id: id });
    page.queue.flush();
  }
  page.feeds.delete("following");
  say(on ? t("You follow {name}", { name }) : t("You follow {name} no longer", { name }), { show: true });
}

function everywhere(work) {
  for (const feed of page.feeds.values()) feed.slots.forEach(work);
}

function pause(slot) {
  slot.paused = !slot.paused;
  page.looking.pause(slot.paused);
  slot.repaint();
  say(slot.paused ? t("Paused") : t("Playing"));
}

function more(slot) {
  const choose = (type, text) => () => {
    box.close();
    send(slot, type);
    page.feeds.get(page.tab).drop(slot);
    back();
    say(text, { show: true });
  };
  const item = (name, text, hint, work) => el("li", {}, el("button", { class: "choice", type: "button", onclick: work }, icon(name), el("span", { class: "person-words" }, el("strong", { text }), el("span", { class: "soft small", text: hint }))));
  const box = sheet(t("This post"), t("Close"), el("ul", { class: "choices" },
    item("less", t("Not interested"), t("See less like it."), choose("not_interested", t("You will see less like it"))),
    item("hide", t("Hide it"), t("This post will not come again."), choose("hide", t("Hidden"))),
    item("flag", t("Report it"), t("Tell those who look after this community that it breaks the rules."), choose("report", t("Reported. Thank you")))));
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
  beside.timer = setTimeout(async () => {
    try {
      const told = await brief(slot, reading);
      if (page.feeds.get(page.tab)?.current === slot) $("brief").replaceChildren(...told);
    } catch (trouble) {
      $("brief").replaceChildren(el("p", { class: "soft", text: t("The receipt did not come") }));
    }
  }, 400);
}

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
  if (!page.feeds.has(key)) page.feeds.set(key, new Feed(askedBy(tab), acts, held));
  const feed = page.feeds.get(key);
  page.feeds.set(tab, feed);
  $("feed").replaceChildren(feed.root);
  if (tab === "nearby") await nearby();
  if (feed.slots.length) feed.current ? feed.show(feed.current) : feed.go(0);
  else await feed.more();
  if (tab === "nearby") page.map?.take(feed.slots);
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
  page.looking.close();
  await page.queue.close();
}

async function became() {
  page.feeds.clear();
  held.likes.clear();
  held.follows.clear();
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
  " ": (feed) => feed.current?.repaint && pause(feed.current), l: (feed) => feed.current && like(feed.current), f: (feed) => feed.current?.paintFollow && follow(feed.current),
  b: (feed) => feed.current?.offer && shop.buy(feed.current), o: () => shop.orders(), w: (feed) => feed.current && acts.why(feed.current), m: (feed) => feed.current && more(feed.current),
};

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.target.closest("input, select, .map, summary")) return;
  if (event.key === " " && event.target.closest("button, a")) return;
  const feed = page.feeds.get(page.tab);
  if (!feed || !$("feed").contains(document.activeElement) && !/^(Arrow|Page)/.test(event.key) && document.activeElement !== document.body) return;
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
  addEventListener("pageshow", (event) => event.persisted && watchView());
  try {
    await open();
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
  const wanted = new URLSearchParams(location.search).get("tab");
  await show(wanted in LABELS ? wanted : "discover");
}

start();
