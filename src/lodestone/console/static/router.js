// Everything that opens has an address, and Back closes it.
//
// A *view* fills the phone (a tab, a post with the feed behind it, somebody's page); a *sheet* is a dialog over it.
// One rule: the address names what lies on top, and what it lies on is the step before in the browser's history.
//
//   routeView("/person/{id}", ({ id }, context) => {...})      fills the phone
//   routeSheet("/p/{id}/comments", ({ id }, context) => box)   returns its dialog, made by `sheet` of parts.js, at once
//   go(at.comments(id), context)                               opens it: a step in the history
//   swap(at.order(id))                                         opens it in place of the sheet on top: no step
//   back()                                                     as the browser's own Back; closing a sheet calls it
//   at.post(id), at.person(id), ...                            the addresses, the only place where one is written
//
// The routes are listed in viewer.js; the server answers at the same addresses (console/viewer/pages.py).
//
// `context` is what the opener has at hand (such as the slot a sheet is about). It is null after a reload, after Forward
// and for a link that was passed on: then the words of the address must do. What stands behind `?` is among them.

const ROOT = document.body.dataset.root ?? "";
const word = encodeURIComponent;

/** The addresses of this page. */
export const at = {
  tab: (name) => (name === "discover" ? `${ROOT}/` : `${ROOT}/${name}`),
  channel: (id) => `${ROOT}/channels/${word(id)}`,
  post: (id) => `${ROOT}/p/${word(id)}`,
  comments: (id) => `${ROOT}/p/${word(id)}/comments`,
  more: (id) => `${ROOT}/p/${word(id)}/more`,
  share: (id) => `${ROOT}/p/${word(id)}/share`,
  /** Of a post that no decision showed there is no receipt. */
  why: (id, receipt, slot) => `${ROOT}/p/${word(id)}/why${receipt ? `?receipt=${word(receipt)}&slot=${slot}` : ""}`,
  person: (id) => `${ROOT}/person/${word(id)}`,
  shop: (id) => `${ROOT}/shop/${word(id)}`,
  product: (id) => `${ROOT}/product/${word(id)}`,
  order: (id) => `${ROOT}/order/${word(id)}`,
  live: (id) => `${ROOT}/live/${word(id)}`,
  orders: () => `${ROOT}/orders`,
  me: () => `${ROOT}/me`,
  reviews: () => `${ROOT}/reviews`,
  settings: () => `${ROOT}/settings`,
  who: () => `${ROOT}/who`,
};

/** The address of the whole, as it is passed on. */
export const link = (address) => `${location.origin}${address}`;

const routes = [];
const sheets = []; // those that lie over each other, the topmost last: { step, address, box }
let step = 0; // which step of ours in the history this is
let base = at.tab("discover"); // the address of the view
let leaving = null; // resolves once a step back has been taken

/** Say what fills the phone under addresses such as `/person/{id}`. */
export const routeView = (pattern, show) => routes.push({ words: pattern.split("/").slice(1), show });

/** Say which sheet opens under addresses such as `/p/{id}/comments`. */
export const routeSheet = (pattern, open) => routes.push({ words: pattern.split("/").slice(1), open });

/** Open what an address names; to where one is already there is no step. */
export async function go(address, context = null) {
  settle();
  if (leaving) await leaving;
  const target = match(address);
  if (!target) {
    location.assign(address);
    return;
  }
  if (address === here()) return;
  if (target.route.show) base = address;
  step += 1;
  history.pushState({ step, base }, "", address);
  await open(target, address, context);
}

/** Open a sheet in place of the one on top. */
export async function swap(address, context = null) {
  settle();
  if (leaving) await leaving;
  const top = sheets.pop();
  top?.box.close();
  history.replaceState({ step, base }, "", address);
  await open(match(address), address, context);
}

/** Take a step back, or several; resolves once that is done. */
export function back(steps = 1) {
  if (!step) return go(at.tab("discover"));
  if (!leaving) {
    let taken;
    leaving = Object.assign(new Promise((done) => (taken = done)), { taken: () => taken() });
    history.go(-steps);
  }
  return leaving;
}

/** The address of the view that `begin` will show. */
export function first() {
  const address = current();
  return history.state?.base ?? (match(address)?.route.show ? address : beneath(address));
}

/** Begin: open what the address names. A sheet gets its view under it, so that Back closes the sheet first. */
export async function begin() {
  addEventListener("popstate", (event) => arrive(event.state));
  const address = current();
  const target = match(address);
  if (history.state?.step !== undefined) ({ step, base } = history.state);
  else {
    base = first();
    history.replaceState({ step, base }, "", base);
    if (base !== address && target) {
      step += 1;
      history.pushState({ step, base }, "", address);
    }
  }
  const shown = show(base);
  if (target?.route.open) await open(target, address, null);
  await shown;
}

/** Show the view anew: somebody else looks, or this device has said where it is. */
export const again = () => show(base);

/** The address as it is now; those of earlier versions are read too. */
function current() {
  const query = new URLSearchParams(location.search);
  query.delete("lang"); // kept in a cookie by now
  if (location.pathname === `${ROOT}/` && query.has("post")) return at.post(query.get("post"));
  if (location.pathname === `${ROOT}/` && query.has("tab")) return at.tab(query.get("tab"));
  return location.pathname + (query.size ? `?${query}` : "");
}

/** What lies under a sheet that was opened by its address. */
function beneath(address) {
  const [room, id] = wordsOf(new URL(address, location.origin));
  return room === "p" && id ? at.post(id) : at.tab("discover");
}

const here = () => sheets.at(-1)?.address ?? base;

function wordsOf(url) {
  return url.pathname.slice(ROOT.length).split("/").slice(1).map(decodeURIComponent);
}

function match(address) {
  const url = new URL(address, location.origin);
  const words = wordsOf(url);
  const route = routes.find((candidate) => candidate.words.length === words.length && candidate.words.every((part, index) => part.startsWith("{") || part === words[index]));
  if (!route) return null;
  const named = route.words.map((part, index) => [part, words[index]]).filter(([part]) => part.startsWith("{"));
  return { route, fields: { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(named.map(([part, text]) => [part.slice(1, -1), text])) } };
}

async function open({ route, fields }, address, context) {
  if (route.show) {
    close(-1);
    await route.show(fields, context);
  } else lay(route.open(fields, context), address);
}

async function show(address) {
  const target = match(address) ?? match((base = at.tab("discover")));
  await target.route.show(target.fields, null);
}

function lay(box, address) {
  sheets.push({ step, address, box });
  box.addEventListener("close", settle);
}

/** Take the step back of a sheet that the viewer has closed; its event may come later than their next deed. */
function settle() {
  const first = sheets.findIndex((layer) => !layer.box.open);
  if (first < 0) return; // the router closed it
  const [{ step: opened }] = sheets.splice(first);
  back(step - opened + 1);
}

/** Close the sheets of later steps than this. */
function close(last) {
  while (sheets.length && sheets.at(-1).step > last) sheets.pop().box.close();
}

/** Stand where the history says. */
function arrive(state) {
  leaving?.taken();
  leaving = null;
  if (state?.step === undefined) {
    // A jump within the page, such as past the tabs: a step that opens nothing.
    step += 1;
    history.replaceState({ step, base }, "");
    return;
  }
  step = state.step;
  const address = location.pathname + location.search;
  const moved = base !== state.base;
  close(moved || address === state.base ? -1 : step);
  base = state.base;
  if (moved) show(base);
  const target = address === here() ? null : match(address);
  if (target?.route.open) open(target, address, null);
}
