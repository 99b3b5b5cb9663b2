// The advertiser's desk: choosing an advertiser or a shop shows it.

document.documentElement.classList.add("scripted");
for (const select of document.querySelectorAll("#shops select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
  if (select.querySelector("option[selected]:not(:checked)")) select.form.requestSubmit(); // chosen before this script had come
}
document.querySelector(".part[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// Beside the three fields stands what they would bring; it is asked for again whenever one has changed and rested.
const RESTS = 500;
const start = document.getElementById("start");
if (start) follow(start, document.getElementById("see"));

function follow(form, see) {
  let timer = 0;
  let asking = null;
  see.hidden = true; // it would press what happens by itself
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  };
  async function ask() {
    if (![...form.elements].every((field) => !field.required || field.value.trim())) return;
    asking?.abort();
    asking = new AbortController();
    const forecast = document.getElementById("forecast");
    forecast.setAttribute("aria-busy", "true");
    document.getElementById("forecast-title").textContent = forecast.dataset.waiting;
    try {
      const answer = await fetch(see.formAction, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: asking.signal, redirect: "error" });
      if (answer.status === 401) return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      forecast.replaceWith(page.getElementById("forecast") ?? lost(forecast));
    } catch (trouble) {
      if (trouble.name !== "AbortError") forecast.replaceWith(lost(forecast));
    }
  }
  form.addEventListener("input", () => soon(RESTS));
  form.addEventListener("change", () => soon(0));
  soon(0);
}

/** Say that nothing came. */
function lost(forecast) {
  const made = forecast.cloneNode(false);
  made.removeAttribute("aria-busy");
  const title = document.createElement("h2");
  title.id = "forecast-title";
  title.textContent = forecast.dataset.lost;
  made.append(title);
  return made;
}
