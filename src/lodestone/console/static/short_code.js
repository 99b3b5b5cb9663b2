// The short code of a voucher: eight large letters for somebody to type, another every few minutes while they are shown.

import { ask, now } from "./api.js";
import { el } from "./parts.js";
import { t } from "./words.js";

const AGAIN = 5000;
const LONGEST = 150_000;

/** Show a voucher's short code for as long as it stands on the page. */
export function shortCode(voucher) {
  const letters = el("code", { "aria-hidden": "true" });
  const spoken = el("span", { class: "spoken" });
  const hint = el("span", { class: "soft small", text: t("or say these letters; they change every few minutes") });
  const box = el("p", { class: "short-code", hidden: true }, letters, spoken, hint);
  keep(voucher, box, letters, spoken);
  return box;
}

async function keep(voucher, box, letters, spoken) {
  let good = 0;
  do {
    let wait = AGAIN;
    try {
      const issued = document.hidden ? null : await ask("POST", `/v1/vouchers/${encodeURIComponent(voucher)}/short-code`);
      if (issued) {
        letters.textContent = issued.code.replace("-", "\u2009");
        spoken.textContent = issued.code.replace("-", "").split("").join(" ");
        good = Date.parse(issued.expires_at);
        wait = Date.parse(issued.turns_at) - now();
      }
    } catch {
      // the picture and the long code still stand
    }
    box.hidden = now() >= good;
    await new Promise((resolve) => setTimeout(resolve, Math.max(1000, Math.min(wait, LONGEST))));
  } while (box.isConnected);
}
