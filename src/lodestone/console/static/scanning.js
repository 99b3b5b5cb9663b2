// Reads the QR of a voucher off the camera or a picture: by the browser's own reader where it has one, by the server's elsewhere, which is sent small frames and keeps none.
import { rooted } from "./address.js";
import { t } from "./words.js";

const PACE = 350;
const FRAME_SIDE = 720;
const PICTURE_SIDES = [1600, 1100, 720];
const QUALITIES = [0.75, 0.55, 0.4];
const BYTES_MAX = 60_000; // the server takes 64 KiB
const $ = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Draw a picture, no side longer than `side`, in the gray that a code is read in. */
function drawn(source, side) {
  const width = source.videoWidth || source.width, height = source.videoHeight || source.height;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d");
  pen.filter = "grayscale(1)";
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Pack a picture into as many bytes as the server takes, as sharp as they allow. */
async function packed(source, sides) {
  for (const side of sides) {
    const canvas = drawn(source, side);
    for (const quality of QUALITIES) {
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob && blob.size <= BYTES_MAX) return blob;
    }
  }
  return null;
}

/** Have the server read a picture. Throws what hinders it, in the reader's words. */
async function asked(source, sides) {
  const body = await packed(source, sides);
  if (!body) return null;
  const token = document.querySelector("#look input[name=token]").value;
  let answer;
  try {
    answer = await fetch(rooted("/merchant/scan"), { method: "POST", body, headers: { "Content-Type": "image/jpeg", "X-Form-Token": token } });
  } catch {
    throw new Error(t("No connection, so no picture can be read. Type the code, or wait."));
  }
  if (answer.ok) return (await answer.json()).text;
  if (answer.status === 401 || answer.status === 403) throw new Error(t("Your login has ended. Open this page anew."));
  await pause(Math.min(10, Number(answer.headers.get("Retry-After")) || 1) * 1000);
  return null;
}

/** Return what reads a code off a picture or a camera: `(source, sides) => text or null`. */
async function reader() {
  const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  if (!formats.includes("qr_code")) return asked;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (source) => (await detector.detect(source))[0]?.rawValue ?? null;
}

class Scan {
  constructor(read, useText) {
    Object.assign(this, { read, useText, stream: null });
  }

  async start() {
    say("");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      say(t("The camera cannot be used. Type the code, or choose a picture."));
      return;
    }
    const stream = this.stream;
    $("camera").srcObject = stream;
    await $("camera").play();
    $("viewfinder").hidden = false;
    $("scan").hidden = true;
    $("scan-stop").focus();
    while (this.stream === stream) {
      const began = performance.now();
      await this.look();
      await pause(Math.max(0, PACE - (performance.now() - began)));
    }
  }

  async look() {
    let text = null;
    try {
      text = await this.read($("camera"), [FRAME_SIDE]);
      say("");
    } catch (trouble) {
      say(trouble.message);
    }
    if (!text || !this.stream) return;
    this.stop();
    this.useText(text);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    $("viewfinder").hidden = true;
    $("scan").hidden = false;
    $("scan").focus();
  }
}

/** Read a picture that somebody chose. */
async function picture(file, read, useText) {
  say(t("Looking for the code in the picture"));
  try {
    const source = await createImageBitmap(file);
    const text = await read(source, PICTURE_SIDES);
    say(text ? "" : t("No code was found in this picture. Take it closer and straight on, or type the code."));
    if (text) useText(text);
  } catch (trouble) {
    say(trouble instanceof DOMException ? t("This file is no picture that can be read.") : trouble.message);
  }
}

function say(text) {
  if ($("scan-said").textContent === text) return;
  $("scan-said").textContent = text;
}

/** Offer the camera and pictures; `useText` is called with what a code says. */
export async function offerScanning(useText) {
  const read = await reader();
  $("scan-file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) picture(file, read, useText);
    event.target.value = "";
  });
  $("scan-picture").hidden = false;
  if (!navigator.mediaDevices) {
    say(t("A camera is used over a safe connection only. Type the code, or choose a picture."));
    return;
  }
  const scan = new Scan(read, useText);
  $("scan").hidden = false;
  $("scan").addEventListener("click", () => scan.start());
  $("scan-stop").addEventListener("click", () => scan.stop());
  addEventListener("pagehide", () => scan.stream && scan.stop());
}
