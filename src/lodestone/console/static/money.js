// How prices, distances to shops and days are written where things are bought.

import { lang, t } from "./words.js";

/** Write an amount in its currency: whole where it is, else to its smallest coin. */
export function price({ micros, currency }) {
  const whole = micros % 1000000 === 0;
  const coin = new Intl.NumberFormat(lang, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  const odd = micros % 10 ** (6 - coin) !== 0;
  return new Intl.NumberFormat(lang, { style: "currency", currency, currencyDisplay: "narrowSymbol", ...(whole ? { maximumFractionDigits: 0 } : odd ? { maximumFractionDigits: 6 } : {}) }).format(micros / 1000000);
}

/** Write how far a shop is, or sells: to a hundred metres, so that just outside never reads as inside. */
export const reach = (km) => (km < 1 ? t("{n} m", { n: Math.round(km * 1000) }) : t("{n} km", { n: Number(km.toFixed(1)) })).replace(" ", "\u00a0");

/** Write an instant: the time of day, and its day unless it is today. */
export function moment(text, zone, now) {
  const at = new Date(text);
  const day = (date) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(date);
  const today = day(at) === day(new Date(now));
  return new Intl.DateTimeFormat(lang, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(today ? {} : { month: "short", day: "numeric" }) }).format(at);
}

/** Write a date such as 2026-03-04. */
export const dayOf = (text) => new Intl.DateTimeFormat(lang, { timeZone: "UTC", month: "short", day: "numeric", weekday: "short" }).format(new Date(`${text}T00:00:00Z`));

/** Write the day an instant falls on. */
export const date = (text, zone) => new Intl.DateTimeFormat(lang, { timeZone: zone, year: "numeric", month: "short", day: "numeric" }).format(new Date(text));
