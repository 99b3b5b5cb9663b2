// The desk: choosing a shop shows it, and a camera or a picture types a code. Typing always works.
import { watchOrders } from "./news.js";
import { offerPictures } from "./pictures.js";
import { keepCodes } from "./redeem_queue.js";
import { offerScanning } from "./scanning.js";

const $ = (id) => document.getElementById(id);

document.documentElement.classList.add("scripted");
const shop = $("shop");
shop?.addEventListener("change", () => shop.form.requestSubmit());
if (shop?.querySelector("option[selected]:not(:checked)")) shop.form.requestSubmit(); // chosen before this script had come

document.querySelector(".part[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
watchOrders($("news"), $("sound"));
if ($("look")) keepCodes($("look"));
if ($("scan")) {
  offerScanning((text) => {
    $("code").value = text;
    $("look").requestSubmit();
  });
}

if ($("pictures")) offerPictures($("pictures"));
