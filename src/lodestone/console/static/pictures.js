// Adds a picture to a product: made small in the browser, which also takes out where and when it was taken, then sent.
import { rooted } from "./address.js";
import { t } from "./words.js";

const SIDES = [1440, 1080, 810];
const QUALITIES = [0.85, 0.7];
const BYTES_MAX = 900_000; // the server takes 1 MiB
const $ = (id) => document.getElementById(id);

/** Pack a picture as WebP, or as JPEG where the browser writes none, into as many bytes as the server takes. */
async function packed(source) {
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(source.width, source.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(source.width * scale));
    canvas.height = Math.max(1, Math.round(source.height * scale));
    canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const wanted = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", quality));
      const blob = wanted?.type === "image/webp" ? wanted : await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob && blob.size <= BYTES_MAX) return blob;
    }
  }
  return null;
}

async function add(box, file) {
  say(t("Sending the picture"));
  const source = await createImageBitmap(file).catch(() => null);
  const body = source && (await packed(source));
  if (!body) return say(t("This file is no picture that can be read."));
  try {
    const answer = await fetch(rooted(box.dataset.path), { method: "POST", body, headers: { "Content-Type": body.type, "X-Form-Token": box.dataset.token } });
    const reply = await answer.json();
    if (answer.ok) return location.assign(rooted(reply.next));
    if (reply.error.code === "pictures_full") return say(t("There are as many pictures as may be. Take one out first."));
    return say(answer.status === 401 || answer.status === 403 ? t("Your login has ended. Open this page anew.") : reply.error.message);
  } catch {
    return say(t("No connection. The picture was not added; try again."));
  }
}

function say(text) {
  $("picture-said").textContent = text;
}

/** Offer to add pictures. */
export function offerPictures(box) {
  $("picture-add").hidden = false;
  $("picture-file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) add(box, file);
  });
}
