// Settings and help: light and dark, the language, what the marks and keys mean.

import { sheet } from "./parts.js";
import { t } from "./words.js";

/** Open the sheet; returns it. */
export function settings() {
  const box = document.getElementById("settings-template").content.cloneNode(true);
  const theme = box.querySelector("[name=theme]");
  theme.value = document.documentElement.dataset.theme ?? "";
  theme.addEventListener("change", () => {
    if (theme.value) document.documentElement.dataset.theme = theme.value;
    else delete document.documentElement.dataset.theme;
    document.cookie = `theme=${theme.value}; path=/; max-age=${theme.value ? 31536000 : 0}; samesite=lax`;
  });
  return sheet(t("Settings and help"), t("Close"), box);
}
