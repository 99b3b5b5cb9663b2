// Try a route from the page: the key stays in this tab's session, the request goes to the engine that served the page.

import { rooted } from "./address.js";
import { el } from "./parts.js";
import { t } from "./words.js";

const KEPT = "lodestone.docs.key";
const SHOWN_MAX = 100000;
const BYTES = /^(image|audio|video)\//;
let number = 0;

function field(label, input, hint) {
  input.id = `trial-${(number += 1)}`;
  const parts = [el("label", { for: input.id, text: label }), input];
  if (hint) {
    parts.push(el("span", { class: "hint", id: `${input.id}-hint`, text: hint }));
    input.setAttribute("aria-describedby", `${input.id}-hint`);
  }
  return el("div", { class: "field" }, ...parts);
}

function text(value, more = {}) {
  const made = el("input", { class: "input", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...more });
  made.value = value;
  return made;
}

/** Write the address of a request from what stands in the fields. */
function addressOf(route, inputs) {
  const query = new URLSearchParams();
  let path = route.path;
  for (const { name, in: place, input } of inputs) {
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    if (place === "query" && input.value) query.set(name, input.value);
  }
  return `${path}${query.size ? `?${query}` : ""}`;
}

function headersOf(route, inputs, key) {
  const headers = {};
  for (const { name, in: place, input } of inputs) if (place === "header" && input.value) headers[name] = input.value;
  if (key) headers.authorization = `Bearer ${key}`;
  if (route.type && route.body !== null) headers["content-type"] = route.type;
  return headers;
}

function readable(body, type) {
  if (!type.includes("json")) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

async function answerOf(answer) {
  const type = answer.headers.get("content-type") || "";
  if (BYTES.test(type)) return t("{n} bytes of {type}", { n: (await answer.blob()).size, type });
  const body = readable(await answer.text(), type);
  return body.length > SHOWN_MAX ? `${body.slice(0, SHOWN_MAX)}…` : body || t("No body.");
}

async function send(route, inputs, key, body) {
  const began = performance.now();
  const headers = headersOf(route, inputs, key);
  if (body instanceof File) headers["content-type"] = body.type;
  const answer = await fetch(rooted(addressOf(route, inputs)), { method: route.method, headers, body: body ?? undefined, cache: "no-store", credentials: "omit" });
  const shown = await answerOf(answer);
  return { status: `${answer.status} ${answer.statusText}`.trim(), good: answer.ok, ms: Math.round(performance.now() - began), shown };
}

function show(out, answer) {
  out.replaceChildren(
    el("p", {}, el("code", { class: `status s${answer.good ? 2 : 4}`, text: answer.status }), ` · ${answer.ms} ms`),
    el("div", { class: "code" }, el("pre", { tabindex: "0" }, el("code", { text: answer.shown }))),
  );
}

function bodyField(route) {
  if (route.upload) return text("", { type: "file", accept: route.upload });
  if (route.body === null) return null;
  const made = el("textarea", { class: "input", spellcheck: "false", autocomplete: "off" });
  made.value = route.body;
  return made;
}

/** Make the form that sends a request to a route and shows what comes back. */
export function trial(route) {
  const key = text(sessionStorage.getItem(KEPT) || "", { type: "password" });
  const inputs = route.fields.map((parameter) => ({ ...parameter, input: text(parameter.value, { required: parameter.in === "path" }) }));
  const body = bodyField(route);
  const out = el("output", { "aria-live": "polite" });
  const button = el("button", { class: "button main", type: "submit", text: t("Send") });
  const form = el("form", { class: "trial" },
    el("h4", { text: t("Try it") }),
    route.open ? null : field(t("Key or token"), key, t("It stays in this tab until you close it, and goes to this engine only.")),
    inputs.length ? el("div", { class: "pair" }, ...inputs.map((parameter) => field(parameter.name, parameter.input))) : null,
    body && field(t("Body"), body),
    route.method === "GET" ? null : el("p", { class: "soft small", text: t("This is sent for good: it changes what the engine holds.") }),
    el("div", {}, button), out);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEPT, key.value);
    document.querySelectorAll(".trial input[type=password]").forEach((other) => (other.value = key.value));
    button.disabled = true;
    try {
      show(out, await send(route, inputs, route.open ? "" : key.value.trim(), body && (body.type === "file" ? body.files[0] : body.value)));
    } catch {
      show(out, { status: t("No answer"), good: false, ms: 0, shown: t("The engine did not answer. Is it still running?") });
    } finally {
      button.disabled = false;
    }
  });
  return form;
}
