// The advertiser's desk: choosing an advertiser or a shop shows it.

document.documentElement.classList.add("scripted");
for (const select of document.querySelectorAll("#shops select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
  if (select.querySelector("option[selected]:not(:checked)")) select.form.requestSubmit(); // chosen before this script had come
}
document.querySelector(".part[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
