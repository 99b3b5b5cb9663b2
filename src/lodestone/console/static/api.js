// Ask the engine as the session's viewer. A page holds a token of one hour, never a key.

import { rooted } from "./address.js";

const KEPT = "lodestone.token";
const PERSON = "lodestone.person";
export const demo = document.body.dataset.demo === "yes";

/** What went wrong: `offline`, `ended` (the session), `busy`, `refused` or `broken`. */
export class Trouble extends Error {
  constructor(kind, code, message) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

let token = null;
let skew = 0;

/** The community's clock, in milliseconds. */
export const now = () => Date.now() + skew;

/** Take the community's clock from an answer. */
export function setClock(text) {
  skew = Date.parse(text) - Date.now();
}

/** Draw a word that nobody else draws, such as an idempotency key. */
export const draw = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const KINDS = { 401: "ended", 429: "busy", 503: "busy" };

async function send(method, path, { body, bare = false, keepalive = false, headers: given = {} } = {}) {
  const headers = { ...given };
  if (!bare && token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(rooted(path), { method, headers, keepalive, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Trouble("offline", "offline", "");
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  const error = told?.error || { code: "broken", message: "" };
  throw new Trouble(KINDS[answer.status] || (answer.status >= 500 ? "broken" : "refused"), error.code, error.message);
}

/** Ask a route; a demo's session that has ended is renewed once. */
export async function ask(method, path, body, more = {}) {
  try {
    return await send(method, path, { body, ...more });
  } catch (trouble) {
    if (trouble.kind !== "ended" || !demo || more.bare) throw trouble;
    await become(localStorage.getItem(PERSON));
    return send(method, path, { body, ...more });
  }
}

/** Become a resident of the demo. */
export async function become(person) {
  const made = await send("POST", "/demo/session", { body: { viewer: person }, bare: true });
  token = made.token;
  sessionStorage.setItem(KEPT, token);
  localStorage.setItem(PERSON, made.viewer);
}

/** List residents one may be. */
export const residents = (text) => send("GET", `/demo/residents?q=${encodeURIComponent(text)}`, { bare: true });

/** Find a session: the app's own from the address, the one kept, or a demo's. */
export async function open() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    token = given;
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname + location.search);
    return;
  }
  token = sessionStorage.getItem(KEPT);
  if (token) return;
  if (!demo) throw new Trouble("none", "none", "");
  const person = localStorage.getItem(PERSON);
  if (person) {
    try {
      await become(person);
      return;
    } catch (trouble) {
      if (trouble.code !== "person_unknown") throw trouble;
    }
  }
  await become(null);
}
