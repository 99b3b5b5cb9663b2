// The desk: choosing a shop shows it, and a camera that can read codes types one. Typing always works.
import { t } from "./words.js";

const EVERY = 250;
const $ = (id) => document.getElementById(id);

document.documentElement.classList.add("scripted");
$("shop")?.addEventListener("change", (event) => event.target.form.requestSubmit());

async function readable() {
  if (!("BarcodeDetector" in window)) return t("This browser cannot read codes with the camera. Type the code.");
  if (!navigator.mediaDevices) return t("A camera is used over a safe connection only. Type the code.");
  const known = await BarcodeDetector.getSupportedFormats();
  return known.includes("qr_code") ? "" : t("This browser cannot read codes with the camera. Type the code.");
}

class Scan {
  constructor() {
    this.detector = new BarcodeDetector({ formats: ["qr_code"] });
    this.stream = null;
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      say(t("The camera cannot be used. Type the code."));
      return;
    }
    $("camera").srcObject = this.stream;
    await $("camera").play();
    $("viewfinder").hidden = false;
    $("scan").hidden = true;
    this.timer = setInterval(() => this.look(), EVERY);
  }

  async look() {
    const [found] = await this.detector.detect($("camera"));
    if (!found || !this.stream) return;
    this.stop();
    $("code").value = found.rawValue;
    $("look").requestSubmit();
  }

  stop() {
    clearInterval(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    $("viewfinder").hidden = true;
    $("scan").hidden = false;
    $("scan").focus();
  }
}

function say(text) {
  $("no-camera").textContent = text;
  $("no-camera").hidden = false;
  $("scan-said").textContent = text;
}

if ($("scan")) {
  const missing = await readable();
  if (missing) {
    $("no-camera").textContent = missing;
    $("no-camera").hidden = false;
  } else {
    const scan = new Scan();
    $("scan").hidden = false;
    $("scan").addEventListener("click", () => scan.start());
    $("scan-stop").addEventListener("click", () => scan.stop());
    addEventListener("pagehide", () => scan.stream && scan.stop());
  }
}
