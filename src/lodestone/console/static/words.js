// The words of a page: sentences as they stand in the catalogue, numbers as people read them.

const told = JSON.parse(document.body.dataset.words || "{}");
export const lang = document.documentElement.lang;

function fill(text, fields) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? fields[name] : whole));
}

/** Say a sentence; `{name}` in it stands for the field of that name. */
export function t(text, fields = {}) {
  return fill(text in told ? told[text][0] : text, fields);
}

/** Say a sentence about a number of things; `{n}` in it is the number. */
export function tn(one, many, n, fields = {}) {
  const forms = told[one] || [one, many];
  return fill(n === 1 ? forms[0] : forms[forms.length - 1], { n: figure(n), ...fields });
}

/** Write a count: a thin space between thousands, three digits where people compare. */
export function figure(n) {
  if (n >= 10000) {
    return new Intl.NumberFormat(lang, { notation: "compact", maximumSignificantDigits: 3 }).format(n);
  }
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** Write a distance with its unit. */
export function distance(km) {
  if (km < 0.1) return t("100 m");
  return km < 1 ? t("{n} m", { n: Math.round(km * 10) * 100 }) : t("{n} km", { n: km < 10 ? Number(km.toFixed(1)) : Math.round(km) });
}

/** Write how long ago something was, by the community's clock. */
export function ago(then, now) {
  const minutes = Math.max(0, (now - then) / 60000);
  const form = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });
  if (minutes < 60) return form.format(-Math.round(minutes), "minute");
  if (minutes < 36 * 60) return form.format(-Math.round(minutes / 60), "hour");
  return form.format(-Math.round(minutes / 1440), "day");
}

/** Write what a thousand impressions of so many micros each are worth, in money. */
export function perThousand(micros, currency, sign = false) {
  return new Intl.NumberFormat(lang, {
    style: "currency", currency, currencyDisplay: "narrowSymbol", minimumSignificantDigits: 3, maximumSignificantDigits: 3,
    signDisplay: sign ? "exceptZero" : "auto",
  }).format(micros / 1000);
}

/** Write a number to so many significant digits, never with a power of ten. */
export const significant = (n, digits) => new Intl.NumberFormat(lang, { maximumSignificantDigits: digits }).format(n);

/** Say a trouble of api.js: what happened, that nothing is lost, what to do. */
export function inWords(trouble) {
  const safe = t("Nothing is lost: what you did is kept here and will be sent.");
  const words = {
    offline: () => `${t("The engine does not answer.")} ${safe} ${t("Check that it runs, then try again.")}`,
    ended: () => `${t("This session has ended.")} ${safe} ${t("Open the page again from your app.")}`,
    busy: () => `${t("The engine is busy.")} ${safe} ${t("Try again in a moment.")}`,
    refused: () => `${t("The engine did not take the question: {message}.", { message: trouble.message })} ${safe}`,
    broken: () => `${t("Something went wrong in the engine; it is logged.")} ${safe} ${t("Try again in a moment.")}`,
  };
  return (words[trouble.kind] ?? words.broken)();
}
